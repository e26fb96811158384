import { spawnSync } from 'node:child_process';
import { linkSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { runCli } from './run-cli.ts';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { loadSigningConfig } from '../../src/config/command-config.ts';

const folder = createTemporaryFolder();
const store = { DATABASE_URL: `sqlite:${join(folder, 'billing.db')}`, STRIPE_SCOPE: 'test' };

const storeCommands = [['links'], ['unlink', 'ada'], ['link', 'ada', 'cus_1'], ['erase', 'ada', '--yes']];

describe.each(storeCommands)('%s', (...args) => {
  test('names every faulty variable and exits with 78', async () => {
    expect(
      await runCli(args, { env: { DATABASE_URL: 'postgres://db', STRIPE_SECRET_KEY: 'pk_test_1' } }),
    ).toEqual({
      stdout: '',
      stderr: expect.stringMatching(
        /^Invalid configuration:\n {2}DATABASE_URL: .*\n {2}STRIPE_SECRET_KEY: .*\n$/,
      ),
      exitCode: 78,
    });
  });

  test('says in one line that the database cannot be opened', async () => {
    const env = { ...store, DATABASE_URL: `sqlite:${join(folder, 'billing.db', 'below', 'a-file.db')}` };
    await runCli(['links'], { env: store });
    expect(await runCli(args, { env })).toEqual({
      stdout: '',
      stderr: expect.stringMatching(/^Cannot open the SQLite database .*\n$/),
      exitCode: 78,
    });
  });
});

test.each(['serve', 'demo', 'link', 'unlink', 'links', 'erase', 'token'])(
  '%s has a help',
  async (command) => {
    const { stdout, stderr, exitCode } = await runCli([command, '--help'], { env: {} });
    expect(stdout).toMatch(new RegExp(`^Usage: billing-portal ${command}`));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  },
);

test('stripe passes its options on to the local Stripe, which has a help and refusals of its own', async () => {
  const help = await runCli(['stripe', '--help'], { env: {} });
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  expect(help.stdout).toMatch(/^Usage: billing-portal-local-stripe/);
  const refusal = await runCli(['stripe', '--port', 'x'], { env: {} });
  expect(refusal).toMatchObject({ exitCode: 1, stdout: '' });
  expect(refusal.stderr).toBe('--port must be a number from 0 to 65535, not x.\n');
});

test.each([['nonsense'], ['links', '--nonsense'], ['token']])(
  '%s is a mistake on the command line',
  async (...args) => {
    const { stdout, stderr, exitCode } = await runCli(args, { env: store });
    expect(stderr).toMatch(/^error: .*\nAdd --help to see the arguments and options of the command\.\n$/);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  },
);

test.each([
  ['help', 'nonsense'],
  ['help', 'policies', 'nonsense'],
  ['policies', 'help', 'nonsense'],
  ['webhooks', 'help', 'nonsense'],
  ['nonsense', '--help'],
  ['--help', 'nonsense'],
  ['policies', 'nonsense', '-h'],
  ['policies', '--help', 'nonsense'],
])('%s %s names the unknown command', async (...args) => {
  expect(await runCli(args, { env: {} })).toEqual({
    stdout: '',
    stderr:
      "error: unknown command 'nonsense'\nAdd --help to see the arguments and options of the command.\n",
    exitCode: 1,
  });
});

test.each([
  [['help'], 'billing-portal [options] [command]'],
  [['help', 'link'], 'billing-portal link '],
  [['help', 'policies'], 'billing-portal policies [options] [command]'],
  [['help', 'policies', 'plan'], 'billing-portal policies plan [options]'],
  [['policies', 'help', 'plan'], 'billing-portal policies plan [options]'],
  [['policies', 'help'], 'billing-portal policies [options] [command]'],
])('%j shows the help of the command', async (args, usage) => {
  const { stdout, stderr, exitCode } = await runCli(args, { env: {} });
  expect(stdout.startsWith(`Usage: ${usage}`)).toBe(true);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
});

test('--version prints the version of the package', async () => {
  expect(await runCli(['--version'], { env: {} })).toEqual({
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
    exitCode: 0,
  });
});

test('npm start before the build says what to run', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: { start: string };
  };
  const { status, stderr } = spawnSync('sh', ['-c', scripts.start], {
    cwd: createTemporaryFolder(),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'There is no build yet. Run: npm run build\n' });
});

test.each([
  [['link', '--from', 'a.csv', '--from', 'b.csv'], '--from <file>'],
  [['link', '--from', 'a.csv', '--errors', 'a.txt', '--errors=b.txt'], '--errors <file>'],
  [['init', '--provider', 'own', '--provider', 'own'], '--provider <name>'],
  [['init', '--output', 'a.env', '--output', 'b.env'], '--output <file>'],
  [['doctor', '--token', 'a', '--token', 'b'], '--token <file>'],
  [['resync', '--since', '1d', '--since', '2d'], '--since <time>'],
  [['policies', 'prune', '--older-than', '7d', '--older-than', '7d'], '--older-than <time>'],
  [['webhooks', 'check', '--url', 'https://a.example', '--url', 'https://b.example'], '--url <url>'],
  [['token', '--user', 'ada', '--user', 'bob'], '--user <id>'],
])('refuses an option for one value that is given twice: %j', async (args, option) => {
  expect(await runCli(args, { env: store })).toEqual({
    stdout: '',
    stderr: expect.stringContaining(`error: option '${option}' is given twice\n`),
    exitCode: 1,
  });
});

describe('schema', () => {
  test('checks the schema of a subgraph against the file that is named, and none other', async () => {
    const file = join(folder, 'subgraph.graphql');
    expect(await runCli(['schema', '--federation', file], { env: {} })).toMatchObject({ exitCode: 0 });
    expect(await runCli(['schema', '--federation', file, '--check'], { env: {} })).toMatchObject({
      exitCode: 0,
    });
    writeFileSync(file, 'type Query');
    expect(await runCli(['schema', '--federation', file, '--check'], { env: {} })).toEqual({
      stdout: '',
      stderr: `${file} is out of date. Run the command without --check to write it again.\n`,
      exitCode: 1,
    });
    expect(await runCli(['schema', '--federation', '--check'], { env: {} })).toEqual({
      stdout: '',
      stderr: '--check needs a file: name the one to check.\n',
      exitCode: 1,
    });
  });

  test('writes into a file that cannot be replaced, such as one that a container mounts alone', async () => {
    const [file, sameFile] = [join(folder, 'one.json'), join(folder, 'same.json')];
    writeFileSync(file, 'earlier');
    linkSync(file, sameFile);
    expect(await runCli(['policies', 'schema', file], { env: {} })).toMatchObject({ exitCode: 0 });
    expect(readFileSync(sameFile, 'utf8')).toContain('"$schema"');
  });

  test('says that a file cannot be written', async () => {
    const file = join(folder, 'none', 'schema.graphql');
    expect(await runCli(['schema', file], { env: {} })).toMatchObject({
      stderr: `${file} cannot be written (ENOENT).\n`,
      exitCode: 1,
    });
  });
});

describe('token', () => {
  const env = {
    NODE_ENV: 'development',
    JWT_SECRET: 'a secret of more than thirty-two bytes',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    JWT_SUBJECT_CLAIM: 'org_id',
  };

  test('prints a token that the service accepts, and nothing else', async () => {
    const args = ['token', '--user', 'ada', '--role', 'billing:admin', '--role', 'staff'];
    const { stdout, stderr, exitCode } = await runCli(args, { env });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const authenticator = createAuthenticator(loadSigningConfig(env));
    expect(await authenticator.authenticate(`Bearer ${stdout.trim()}`)).toMatchObject({
      userId: 'ada',
      roles: ['billing:admin', 'staff'],
    });
  });

  test.each([['production'], [undefined]])('refuses where NODE_ENV is %s', async (environment) => {
    expect(await runCli(['token', '--user', 'ada'], { env: { ...env, NODE_ENV: environment } })).toEqual({
      stdout: '',
      stderr: expect.stringContaining('  NODE_ENV: '),
      exitCode: 78,
    });
  });

  test('refuses a user id that the service would', async () => {
    expect(await runCli(['token', '--user', ''], { env })).toEqual({
      stdout: '',
      stderr: 'a user id cannot be empty\n',
      exitCode: 1,
    });
  });
});

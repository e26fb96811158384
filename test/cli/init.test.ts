import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config.ts';
import { startLocalStripe } from '../../packages/local-stripe/test/local-stripe-client.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { runCli } from './run-cli.ts';

const stripeKey = 'sk_test_doctor';
const own = [
  ['--provider', 'own'],
  ['--issuer', 'https://app.example.com'],
  ['--audience', 'billing'],
  ['--stripe-key', stripeKey],
  ['--return-urls', 'https://app.example.com/account'],
] as const;

let file: string;

beforeEach(() => {
  file = join(createTemporaryFolder(), '.env');
});

const init = (args: readonly string[], typed?: string, env = {}) =>
  runCli(['init', '--output', file, ...args], { env, typed });
const read = () => parseEnv(readFileSync(file, 'utf8'));

describe('with a terminal', () => {
  const answers = ['supabase', 'https://abc.supabase.co/auth/v1', '', stripeKey, 'https://app.example.com'];
  const typed = `${answers.join('\n')}\n`;

  test('five answers are enough', async () => {
    const { stdout, stderr, exitCode } = await init([], typed);

    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout.match(/: /g)).toHaveLength(5);
    expect(stdout).toContain('[authenticated]');
    expect(loadConfig(read())).toMatchObject({
      stripe: { secretKey: stripeKey },
      auth: {
        keySource: { kind: 'jwks', url: new URL('https://abc.supabase.co/auth/v1/.well-known/jwks.json') },
        audience: ['authenticated'],
        rolesClaim: 'app_metadata.roles',
      },
      http: { corsOrigins: ['https://app.example.com'] },
    });
  });

  test('the key is not shown, not even when all answers are pasted at once', async () => {
    const { stdout } = await init([], typed);

    expect(stdout).toContain('supabase');
    expect(stdout).not.toContain(stripeKey);
  });

  test('a correction writes the question again', async () => {
    const { stdout } = await init([], typed.replace('supabase', 'supabaso\u007fe'));

    expect(stdout.match(/Identity provider \(.*?\): supabas/g)).toHaveLength(2);
  });

  test('an answer that is not accepted is asked for again', async () => {
    const [provider, issuer, audience, key, urls] = answers;
    const again = ['other', provider, issuer, audience, 'pk_test_1', key, 'nothing', urls].join('\n');
    const { stdout, exitCode } = await init([], `${again}\n`);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('--provider: expected one of auth0,');
    expect(stdout).toContain('expected a Stripe secret or restricted key');
    expect(stdout).not.toContain('pk_test_1');
    expect(read()).toMatchObject({ STRIPE_SECRET_KEY: key, RETURN_URLS: urls });
  });

  test('an issuer without https:// is asked for again, since its keys could not be fetched', async () => {
    const [provider, , audience, key, urls] = answers;
    const refused = ['abc.supabase.co/auth/v1', 'http://abc.supabase.co/auth/v1'];
    const again = [provider, ...refused, 'https://abc.supabase.co/auth/v1/', audience, key, urls];
    const { stdout, exitCode } = await init([], `${again.join('\n')}\n`);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('--issuer: expected an http(s) URL\n');
    expect(stdout).toContain('--issuer: a JWKS URL must be https');
    expect(read()['JWT_ISSUER']).toBe('https://abc.supabase.co/auth/v1');
  });

  test('an option that is not accepted is asked for, too', async () => {
    const [provider, issuer, audience, , urls] = answers;
    const typedWithoutKey = [provider, issuer, audience, 'sk_test_typed', urls].join('\n');
    const { stdout, exitCode } = await init(['--stripe-key', 'pk_test_1'], `${typedWithoutKey}\n`);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('--stripe-key: expected a Stripe secret or restricted key');
    expect(read()['STRIPE_SECRET_KEY']).toBe('sk_test_typed');
  });

  test('nothing is asked when the file cannot be written', async () => {
    const output = join(createTemporaryFolder(), 'none', '.env');
    expect(await runCli(['init', '--output', output], { env: {}, typed })).toEqual({
      stdout: '',
      stderr: `${output} cannot be written (ENOENT).\n`,
      exitCode: 1,
    });
  });

  test('nothing is written when the answers end early', async () => {
    const { stderr, exitCode } = await init([], 'auth0\n');

    expect({ stderr, exitCode }).toEqual({ stderr: 'Nothing was written.\n', exitCode: 1 });
    expect(existsSync(file)).toBe(false);
  });
});

describe('without a terminal', () => {
  test('the options are enough, and the key may come from the environment', async () => {
    const options = own.filter(([name]) => name !== '--stripe-key').flat();
    const { stdout, exitCode } = await init(options, undefined, { STRIPE_SECRET_KEY: stripeKey });

    expect(exitCode).toBe(0);
    expect(read()['STRIPE_SECRET_KEY']).toBe(stripeKey);
    expect(stdout).not.toContain(stripeKey);
    expect(stdout).not.toContain(read()['JWT_SECRET']);
  });

  test('a blank key in the environment counts as missing', async () => {
    const options = own.filter(([name]) => name !== '--stripe-key').flat();
    expect(await init(options, undefined, { STRIPE_SECRET_KEY: ' ' })).toMatchObject({
      exitCode: 1,
      stderr: 'There is no terminal to ask at. These options are needed: --stripe-key\n',
    });
  });

  test('spaces around an option are ignored', async () => {
    const values = [
      ' https://acme.eu.auth0.com/ ',
      ' billing ',
      ` ${stripeKey}\n`,
      ' https://app.example.com ',
      'sqlite:./billing.db\r',
      'https://billing.example.com\r\n',
      'whsec_0123456789\r',
    ];
    const questions = ['--issuer', '--audience', '--stripe-key', '--return-urls'];
    const names = [...questions, '--database', '--public-url', '--webhook-secret'];
    await init(['--provider', 'auth0', ...names.flatMap((name, index) => [name, values[index] ?? ''])]);

    expect(read()).toMatchObject({
      STRIPE_SECRET_KEY: stripeKey,
      JWT_ISSUER: 'https://acme.eu.auth0.com/',
      JWT_AUDIENCE: 'billing',
      JWT_JWKS_URL: 'https://acme.eu.auth0.com/.well-known/jwks.json',
      RETURN_URLS: 'https://app.example.com',
      DATABASE_URL: 'sqlite:./billing.db',
      PUBLIC_URL: 'https://billing.example.com',
      STRIPE_WEBHOOK_SECRETS: 'whsec_0123456789',
    });
  });

  test('every missing option is named', async () => {
    expect(await init(['--provider', 'cognito'])).toMatchObject({
      exitCode: 1,
      stderr:
        'There is no terminal to ask at. These options are needed: --issuer, --audience, --stripe-key, --return-urls\n',
    });
  });

  test('every option that the service would not accept is named, and nothing is written', async () => {
    const { stderr, exitCode } = await init([
      '--provider',
      'auth0',
      '--issuer',
      'acme.eu.auth0.com',
      '--audience',
      '',
      '--stripe-key',
      'sk_x',
      '--return-urls',
      'https://app.example.com',
    ]);

    expect(exitCode).toBe(78);
    expect(stderr).toMatch(
      /^Invalid configuration:\n {2}--issuer: expected an http.*\n {2}--audience: is required\n {2}--stripe-key: .*\n$/,
    );
    expect(existsSync(file)).toBe(false);
  });

  test('an option that the service would not accept is refused, and nothing is written', async () => {
    const { stderr, exitCode } = await init([...own.flat(), '--database', 'mysql://x']);

    expect(exitCode).toBe(78);
    expect(stderr).toContain('DATABASE_URL: expected mongodb');
    expect(existsSync(file)).toBe(false);
  });
});

describe('the file', () => {
  test('can be read by its owner alone', async () => {
    await init(own.flat());

    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('is not replaced without --force, and keeps its mode for its owner and group', async () => {
    writeFileSync(file, 'MINE=1\n');
    chmodSync(file, 0o644);
    const { stderr, exitCode } = await init(own.flat());

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/exists\. Add --force/);
    expect(readFileSync(file, 'utf8')).toBe('MINE=1\n');

    expect((await init([...own.flat(), '--force'])).exitCode).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(read()).not.toHaveProperty('MINE');
  });

  test('is not a folder, with --force either', async () => {
    const folder = createTemporaryFolder();
    const { stderr, exitCode } = await runCli(['init', ...own.flat(), '--output', folder, '--force'], {
      env: {},
    });

    expect({ stderr, exitCode }).toEqual({ stderr: `${folder} is not a file: give a file.\n`, exitCode: 1 });
  });

  test('stays behind a link to it', async () => {
    const target = join(createTemporaryFolder(), 'shared.env');
    writeFileSync(target, 'MINE=1\n');
    symlinkSync(target, file);

    expect((await init([...own.flat(), '--force'])).exitCode).toBe(0);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toContain(stripeKey);
  });

  // Only root may give a file to any group.
  const testAsRoot = process.getuid?.() === 0 ? test : test.skip;
  testAsRoot('keeps its owner and its group, so that its mode lets no other group read it', async () => {
    writeFileSync(file, 'MINE=1\n');
    chownSync(file, 1234, 2345);
    chmodSync(file, 0o640);

    expect((await init([...own.flat(), '--force'])).exitCode).toBe(0);
    const { uid, gid, mode } = statSync(file);
    expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: 1234, gid: 2345, mode: 0o640 });
  });

  test('of another name is not read by itself, which the command says', async () => {
    expect((await init(own.flat())).stdout).toContain(
      'The service and the commands read .env in the working folder. Rename the file, or set its variables.',
    );
  });

  test('keeps values with characters that env files treat specially', async () => {
    const database = `mongodb://user:p#ss'word@db.example.com/billing`;
    await init([...own.flat(), '--database', database]);

    expect(read()['DATABASE_URL']).toBe(database);
  });

  test('is for development when the pages are on this machine', async () => {
    await init([...own.slice(0, 4).flat(), '--return-urls', 'http://localhost:3000']);

    expect(read()['NODE_ENV']).toBe('development');
  });

  test('passes doctor', async () => {
    const { localStripe, control } = await startLocalStripe();
    await control('POST', 'portal_settings');
    const database = `sqlite:${join(createTemporaryFolder(), 'billing.db')}`;
    await init([...own.flat(), '--database', database]);

    const env = { ...read(), STRIPE_API_URL: localStripe.url };
    const { stdout, exitCode } = await runCli(['doctor'], { env });
    expect(stdout).toContain('failed 0');
    expect(exitCode).toBe(0);
  });
});

const page = readFileSync(new URL('../../docs/identity.md', import.meta.url), 'utf8');

test.each([
  ['auth0', 'https://acme.eu.auth0.com', 'https://acme.eu.auth0.com/'],
  ['clerk', 'https://clerk.example.com/', 'https://clerk.example.com'],
  ['firebase', 'https://securetoken.google.com/acme/', 'https://securetoken.google.com/acme'],
  ['own', 'https://app.example.com/', 'https://app.example.com/'],
])(
  'the issuer of %s has a slash at the end where its tokens have one: %s',
  async (provider, given, issuer) => {
    const { exitCode } = await init([...own.slice(2).flat(), '--provider', provider, '--issuer', given]);

    expect(exitCode).toBe(0);
    expect(read()['JWT_ISSUER']).toBe(issuer);
  },
);

test.each([['Auth0'], ['Clerk'], ['Supabase'], ['Firebase'], ['Keycloak'], ['Cognito']])(
  'for %s, it writes the variables that docs/identity.md has',
  async (heading) => {
    const section = page.slice(page.indexOf(`## ${heading}\n`));
    const {
      JWT_ISSUER: issuer = '',
      JWT_AUDIENCE: audience = '',
      ...others
    } = parseEnv(/```env\n([\s\S]*?)```/.exec(section)?.[1] ?? '');
    // The claim for roles is a name that each Auth0 tenant chooses.
    if (heading === 'Auth0') delete others['JWT_ROLES_CLAIM'];
    const options = own.filter(([name]) => ['--stripe-key', '--return-urls'].includes(name)).flat();
    const { exitCode } = await init([
      ...options,
      '--provider',
      heading.toLowerCase(),
      '--issuer',
      issuer,
      '--audience',
      audience,
    ]);

    expect(exitCode).toBe(0);
    const written = Object.entries(read()).filter(([name]) => name.startsWith('JWT_'));
    expect(Object.fromEntries(written)).toEqual({ JWT_ISSUER: issuer, JWT_AUDIENCE: audience, ...others });
  },
);

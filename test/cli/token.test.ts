import { expect, test } from '@jest/globals';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import { loadSigningConfig } from '../../src/config/command-config.ts';
import { runCli } from './run-cli.ts';

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

import { expect, jest, test } from '@jest/globals';
import { createHealthyDeployment, writePolicies } from './doctor-kit.ts';
import { sendError, startFaultyStripe } from '../../helpers/faulty-stripe.ts';
import { runCli } from '../run-cli.ts';
import { loadDeployment } from '../../../src/cli/doctor/check.ts';
import { runCheck } from '../../../src/cli/doctor/examination.ts';
import { StoreUnavailableError } from '../../../src/shared/errors.ts';

const { env } = await createHealthyDeployment();
const production = { ...env, NODE_ENV: 'production' };
const broken = { ...env, JWT_AUDIENCE: '' };

test('prints aligned lines below headings with their fixes, and a summary', async () => {
  const { stdout, stderr, exitCode } = await runCli(['doctor'], { env: production });
  expect(stdout).toMatch(/^ {2}CHECK {15}RESULT\n✓ configuration {7}every variable can be read\n/);
  expect(stdout).toMatch(/^! stripe-key {10}requests go to http\S+ .*\n {22}→ Unset STRIPE_API_URL\.$/m);
  expect(stdout).toMatch(/^- policy-file {9}PORTAL_POLICIES is not set/m);
  expect(stdout).toMatch(/\n\npassed 13, warned 2, failed 0, skipped 1: this deployment will work\.\n$/);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
});

test('has a help', async () => {
  const { stdout, exitCode } = await runCli(['doctor', '--help'], { env: {} });
  expect(stdout).toMatch(/^Usage: billing-portal doctor/);
  expect(exitCode).toBe(0);
});

test('fails when something failed, and says so', async () => {
  const { stdout, exitCode } = await runCli(['doctor'], { env: broken });
  expect(stdout).toContain('✗ configuration       JWT_AUDIENCE: is required\n');
  expect(stdout).toMatch(/failed 1, .*: this deployment will not work\.\n$/);
  expect(exitCode).toBe(1);
});

test('--json prints one object', async () => {
  const { stdout } = await runCli(['doctor', '--json'], { env: broken });
  expect(stdout.split('\n')).toHaveLength(2);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    counts: { pass: 13, warn: 0, fail: 1, skip: 1 },
    checks: expect.arrayContaining([
      { name: 'configuration', outcome: 'fail', detail: 'JWT_AUDIENCE: is required', fix: null },
    ]),
  });
});

test.each([
  ['nothing', env, 0],
  ['warnings', production, 1],
])('--strict with %s ends with its exit code', async (_what, variables, code) => {
  expect((await runCli(['doctor', '--strict'], { env: variables })).exitCode).toBe(code);
});

const planted = 'planted_9f8e7d6c';
const faulty = await startFaultyStripe();
const plantedEnv = {
  ...env,
  STRIPE_SECRET_KEY: `sk_test_${planted}`,
  STRIPE_API_URL: faulty.url,
  JWT_SECRET: `${planted}-and-more-than-32-bytes`,
  RETURN_URLS: `https://ada:${planted}@app.example.com`,
  CORS_ORIGINS: `https://ada:${planted}@app.example.com`,
  ...writePolicies(`{ "policies": `),
};

test.each([
  ['the key is refused', sendError(401, { message: `Invalid API Key provided: sk_test_${planted}` }), {}],
  ['the key may not', sendError(403, { message: `The key sk_test_${planted} may not rak_x.` }), {}],
  ['Stripe fails', sendError(400, { message: `sk_test_${planted}` }), {}],
  ['keys are short', sendError(401, { message: 'No.' }), { JWT_SECRET: planted }],
  [
    'keys are of another kind',
    sendError(401, { message: 'No.' }),
    { STRIPE_SECRET_KEY: `pk_test_${planted}` },
  ],
  [
    'a key set has a password',
    sendError(401, { message: 'No.' }),
    {
      JWT_SECRET: '',
      JWT_JWKS_URL: `https://ada:${planted}@issuer.example.com`,
    },
  ],
  [
    'a secret stands where a file belongs',
    sendError(401, { message: 'No.' }),
    { PORTAL_POLICIES: `${planted}-and-more-than-32-bytes` },
  ],
  [
    'a password has a slash',
    sendError(401, { message: 'No.' }),
    { RETURN_URLS: `https://a:b/${planted}@x.com` },
  ],
])('shows no secret, no password and no stack when %s', async (_what, answer, changes) => {
  faulty.answerBy(answer);
  const { stdout, stderr } = await runCli(['doctor'], { env: { ...plantedEnv, ...changes } });
  expect(stdout).toMatch(/failed [1-9]/);
  expect(stdout + stderr).not.toContain(planted);
  expect(stdout + stderr).not.toMatch(/^\s+at /m);
});

test('ends a check that does not end by itself', async () => {
  jest.useFakeTimers();
  try {
    const findings = runCheck('endless', () => new Promise(() => undefined));
    await jest.advanceTimersByTimeAsync(20_000);
    expect(await findings).toEqual([
      { name: 'endless', outcome: 'fail', detail: 'no answer within 20 s', fix: 'Try again.' },
    ]);
  } finally {
    jest.useRealTimers();
  }
});

test.each([
  ['while it waits', () => Promise.reject(new StoreUnavailableError(new Error('ECONNREFUSED')))],
  [
    'at once',
    () => {
      throw new StoreUnavailableError(new Error('ECONNREFUSED'));
    },
  ],
])('reports what a check throws %s', async (_when, run) => {
  expect(await runCheck('broken', run)).toMatchObject([
    {
      name: 'broken',
      outcome: 'fail',
      detail: 'The database (DATABASE_URL) is unreachable: ECONNREFUSED',
    },
  ]);
});

test('asks Stripe no more often than the service does', async () => {
  const { stripe } = await loadDeployment({ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_RATE_LIMIT: '3' });
  expect(stripe?.requestsPerSecond).toBe(3);
});

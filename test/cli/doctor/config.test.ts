import { expect, test } from '@jest/globals';
import { examine } from '../../../src/cli/doctor/examination.ts';
import { writeManifest } from '../../graphql/manifest.ts';
import { createHealthyDeployment, examineFor, writePolicies } from './doctor-kit.ts';

const { env } = await createHealthyDeployment();

test('passes a deployment that nothing is wrong with', async () => {
  const findings = await examine(env);
  expect(findings.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'configuration pass',
    'environment pass',
    'proxy pass',
    'return-urls pass',
    'customer-linking pass',
    'token-keys pass',
    'database pass',
    'database pass',
    'webhook-secret pass',
    'policy-file skip',
    'stripe-key pass',
    'stripe-clock pass',
    'stripe-permissions pass',
    'default-portal pass',
    'webhook-endpoint pass',
  ]);
});

test('tells every fault on a line of its own, and looks at all that could be read', async () => {
  const findings = await examine({
    ...env,
    PORT: 'x',
    JWT_AUDIENCE: '',
    JWT_SECRET: 'short',
    RETURN_URLS: '',
  });
  expect(findings.filter(({ outcome }) => outcome !== 'pass')).toMatchObject([
    { name: 'configuration', outcome: 'fail', detail: 'PORT: expected a port number from 0 to 65535' },
    { name: 'configuration', outcome: 'fail', detail: 'JWT_AUDIENCE: is required' },
    { name: 'configuration', outcome: 'fail', detail: 'RETURN_URLS: is required' },
    { name: 'configuration', outcome: 'fail', detail: expect.stringMatching(/^JWT_SECRET: .* 5 bytes/) },
    { name: 'return-urls', outcome: 'skip' },
    { name: 'token-keys', outcome: 'skip' },
    { name: 'policy-file', outcome: 'skip' },
  ]);
  expect(findings).toContainEqual(expect.objectContaining({ name: 'default-portal', outcome: 'pass' }));
});

test.each([['STRIPE_API_URL'], ['STRIPE_SECRET_KEY'], ['STRIPE_ACCOUNT'], ['STRIPE_SCOPE']])(
  'asks no Stripe at all when %s has a fault, and opens the database all the same',
  async (name) => {
    const findings = await examine({ ...env, [name]: '?' });
    expect(findings.filter((finding) => finding.name.startsWith('stripe'))).toMatchObject([
      { outcome: 'skip', detail: 'the Stripe variables have faults' },
    ]);
    expect(findings.filter((finding) => finding.name === 'database')).toMatchObject([{ outcome: 'pass' }]);
  },
);

const publicUrl = { PUBLIC_URL: 'https://billing.example.com' };

test.each([
  [
    'passes without a public https address',
    {},
    'pass: TRUST_PROXY is off: clients connect to the service directly',
  ],
  [
    'warns where an https address shows that there is a proxy',
    { ...publicUrl, RATE_LIMIT: '60/1m' },
    'warn: TRUST_PROXY is off, and a proxy must be in front of https://billing.example.com: all its users share 600 requests in 60 s',
  ],
  [
    'passes with a number',
    { ...publicUrl, TRUST_PROXY: '2' },
    'pass: clients are told apart behind 2 of your proxies',
  ],
  [
    'passes with addresses',
    { ...publicUrl, TRUST_PROXY: '10.0.0.0/8' },
    'pass: clients are told apart behind 10.0.0.0/8',
  ],
  [
    'passes without limits',
    { ...publicUrl, RATE_LIMIT: 'off' },
    'pass: RATE_LIMIT is off: requests are not counted by address',
  ],
  [
    'is skipped where a variable cannot be read',
    { TRUST_PROXY: '?' },
    'skip: TRUST_PROXY or RATE_LIMIT cannot be read',
  ],
])('of proxies, %s', async (_title, variables, line) => {
  expect(await examineFor('proxy', { ...env, ...variables })).toEqual([line]);
});

const production = { NODE_ENV: 'production' };

test.each([
  [{ NODE_ENV: 'development' }, /^pass: development/],
  [production, /^pass: production: no landing page/],
  [{ ...production, LANDING_PAGE: 'sandbox' }, /^warn: .*introspection/],
  [{ ...production, LANDING_PAGE: 'graphiql' }, /^warn: .*introspection/],
  [{ NODE_ENV: 'nonsense' }, /^skip/],
])('judges the environment of %j', async (changes, line) => {
  expect(await examineFor('environment', { ...env, ...changes })).toEqual([expect.stringMatching(line)]);
});

test.each([
  ['https://app.example.com/account', [/^pass: https:\/\/app\.example\.com\/account$/]],
  ['https://app.example.com', [/^warn: https:\/\/app\.example\.com allows every path/]],
  [
    'http://localhost:3000,https://app.example.com/a',
    [/^warn: http:\/\/localhost:3000 is on the customer's own machine/],
  ],
])('judges the return URLs %s in production', async (urls, lines) => {
  const found = await examineFor('return-urls', { ...env, ...production, RETURN_URLS: urls });
  expect(found).toEqual(lines.map((line) => expect.stringMatching(line)));
});

test.each([
  [{}, [/^pass: nothing at Stripe names a user/]],
  [{ LINK_BY_METADATA_KEY: 'acme_production_user_id' }, [/^pass: metadata.acme_production_user_id/]],
  [{ LINK_BY_METADATA_KEY: 'userId' }, [/^warn: metadata.userId .*other products/]],
  [{ LINK_BY_METADATA_KEY: 'user_id' }, [/^warn/]],
  [{ LINK_BY_METADATA_KEY: 'uid' }, [/^warn/]],
  [
    { LINK_BY_METADATA_KEY: 'acme_user', LINK_BY_CLIENT_REFERENCE_ID: 'true' },
    [/^pass: metadata.acme_user /, /^pass: client_reference_id/],
  ],
  [{ LINK_BY_CLIENT_REFERENCE_ID: 'yes' }, [/^skip/]],
])('reports what at Stripe names a user, with %j', async (changes, lines) => {
  const found = await examineFor('customer-linking', { ...env, ...changes });
  expect(found).toEqual(lines.map((line) => expect.stringMatching(line)));
});

test('lets developers return to their own machine', async () => {
  const found = await examineFor('return-urls', { ...env, RETURN_URLS: 'http://localhost:3000' });
  expect(found).toEqual(['pass: http://localhost:3000']);
});

test('tells every fault of a policy file with its path', async () => {
  const policies = writePolicies({ policies: { a: { headline: 1 } }, default: 'a', strictest: 'b' });
  const findings = await examine({ ...env, ...policies });
  expect(findings.filter(({ name }) => name === 'policy-file')).toMatchObject([
    { outcome: 'fail', detail: expect.stringContaining('policies.a.headline: expected no such field') },
  ]);
  expect(findings.filter(({ detail }) => detail === 'the policy file has faults')).toMatchObject([
    { name: 'policy-plans', outcome: 'skip' },
    { name: 'login-pages', outcome: 'skip' },
  ]);
});

test('tells that a policy file is not there', async () => {
  const found = await examineFor('policy-file', { ...env, PORTAL_POLICIES: '/none.yaml' });
  expect(found).toEqual([expect.stringMatching(/^fail: \/none\.yaml, .* a file that can be read$/)]);
});

test.each([
  ['{ billingCustomer { id } }', /^pass: operations that are served: 1, and no others$/],
  ['{ users { id } }', /^fail: document hash: Cannot query field "users"/],
])('says whether the service starts with trusted documents: %s', async (document, finding) => {
  const TRUSTED_DOCUMENTS = writeManifest({ hash: document });

  expect(await examineFor('trusted-documents', { ...env, TRUSTED_DOCUMENTS })).toEqual([
    expect.stringMatching(finding),
  ]);
});

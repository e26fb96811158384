import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import { type KeySetServer, startKeySetServer, toJwk } from '../../auth/key-set-server.ts';
import { craftToken, createRsaToken, ed25519, hmac, p256, rsa, toPem } from '../../auth/token-kit.ts';
import { createHealthyDeployment, examineFor, folder, writePolicies } from './doctor-kit.ts';
import { writeManifest } from '../../graphql/manifest.ts';
import { closeAfterTests } from '../../helpers/closing.ts';
import { runCli } from '../run-cli.ts';
import { createApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { examine } from '../../../src/cli/doctor/examination.ts';
import { type Environment } from '../../../src/config/environment.ts';
import { handledEventTypes } from '../../../src/webhooks/webhook-event.ts';

const { env, control, localStripe, stripe } = await createHealthyDeployment();

describe('the configuration', () => {
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

  test.each([
    [
      { HOST: '127.0.0.1', METRICS_HOST: 'localhost' },
      ['pass: the service can listen on 127.0.0.1', 'pass: the service can listen on localhost'],
    ],
    [
      { HOST: '127.0.0.1', METRICS_HOST: '203.0.113.7' },
      [
        'pass: the service can listen on 127.0.0.1',
        expect.stringMatching(/^fail: METRICS_HOST is 203\.0\.113\.7: /),
      ],
    ],
    [
      { HOST: '203.0.113.7', METRICS_HOST: '203.0.113.8' },
      [
        expect.stringMatching(/^fail: HOST is 203\.0\.113\.7: /),
        expect.stringMatching(/^fail: METRICS_HOST is 203\.0\.113\.8: /),
      ],
    ],
    [{}, []],
  ])('tries to listen where %j says', async (addresses, lines) => {
    expect(await examineFor('addresses', { ...env, ...addresses })).toEqual(lines);
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
    [{}, [/^pass: nothing at Stripe names a user: administrators link users to customers$/]],
    [
      { CUSTOMER_CREATION: 'on_demand' },
      [
        /^pass: nothing at Stripe names a user: .*, and the first session of an unlinked user creates a customer$/,
      ],
    ],
    [{ CUSTOMER_CREATION: 'ondemand' }, [/^skip/]],
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

  test('tells that the default return URL of a policy is not within RETURN_URLS, and the service does not start', async () => {
    const policies = { a: { default_return_url: 'https://shop.example.com/' } };
    const variables = { ...env, ...writePolicies({ policies, default: 'a', strictest: 'a' }) };
    const fault = /policies\.a\.default_return_url: expected a URL within RETURN_URLS$/;

    expect(await examineFor('policy-file', variables)).toEqual([expect.stringMatching(fault)]);
    await expect(createApp(loadConfig(variables))).rejects.toThrow(fault);
    const RETURN_URLS = 'https://shop.example.com';
    expect(await examineFor('policy-file', { ...variables, RETURN_URLS })).toEqual([
      expect.stringMatching(/^pass: .* has a$/),
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
});

describe('the database', () => {
  test('names the engine and counts the linked users', async () => {
    expect(await examineFor('database', env)).toEqual([
      expect.stringMatching(/^pass: SQLite \d\S+ answers; its tables and indexes are in place$/),
      'pass: users linked in scope test: 1',
    ]);
  });

  test('warns when no user is linked in the scope', async () => {
    expect(await examineFor('database', { ...env, STRIPE_SCOPE: 'sandbox' })).toEqual([
      expect.stringMatching(/^pass/),
      expect.stringMatching(/^warn: no user is linked in scope sandbox/),
    ]);
  });

  test('passes without linked users when first sessions create customers', async () => {
    const found = await examineFor('database', {
      ...env,
      STRIPE_SCOPE: 'sandbox',
      CUSTOMER_CREATION: 'on_demand',
    });
    expect(found).toContainEqual(expect.stringMatching(/^pass: no user is linked in scope sandbox yet/));
  });

  test('warns of SQLite in production, and fails on one in memory', async () => {
    const production = { ...env, NODE_ENV: 'production' };
    expect(await examineFor('database', production)).toContainEqual(
      expect.stringMatching(/^warn: SQLite is for one machine/),
    );
    expect(await examineFor('database', { ...production, DATABASE_URL: 'sqlite::memory:' })).toContainEqual(
      expect.stringMatching(/^fail: every mapping is lost/),
    );
  });

  test('gives advice for a server only when a server does not answer', async () => {
    const findAdvice = async (DATABASE_URL: string) => {
      const findings = await examine({ ...env, DATABASE_URL });
      return findings.filter(({ name }) => name === 'database').map(({ fix }) => fix);
    };
    expect(await findAdvice(`sqlite:${folder}`)).toEqual([null]);
    expect(await findAdvice('mongodb://127.0.0.1:1/billing')).toEqual([
      expect.stringMatching(/^Check DATABASE_URL, whether the server is up/),
    ]);
  });

  test('fails on a database of a newer release', async () => {
    const path = join(folder, 'newer.db');
    const database = new Database(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(await examineFor('database', { ...env, DATABASE_URL: `sqlite:${path}` })).toEqual([
      expect.stringMatching(/^fail: The SQLite database has schema version 99/),
    ]);
  });
});

describe('the webhook secret', () => {
  const secret = env['STRIPE_WEBHOOK_SECRETS'] ?? '';

  test.each([
    ['one', secret, 'pass: a webhook secret is set'],
    ['two', `${secret},${secret}2`, 'pass: a webhook secret is set: 2, as in a rotation'],
    [
      'none',
      '',
      'warn: no webhook secret is set: the service sees a cancellation in the portal only when the app asks',
    ],
    ['a faulty one', 'planted', 'skip: STRIPE_WEBHOOK_SECRETS cannot be read'],
  ])('%s', async (_what, STRIPE_WEBHOOK_SECRETS, line) => {
    expect(await examineFor('webhook-secret', { ...env, STRIPE_WEBHOOK_SECRETS })).toEqual([line]);
  });

  test('is never told', async () => {
    expect(JSON.stringify(await examine(env))).not.toContain(secret);
  });
});

describe('the endpoint at Stripe', () => {
  const createEndpoint = (path: string, enabledEvents: readonly string[], connect = false): string =>
    localStripe.addWebhookEndpoint({ url: `http://127.0.0.1:4000${path}`, enabledEvents, connect });
  const at = (path: string, variables: Environment = {}) =>
    examineFor('webhook-endpoint', { ...env, PUBLIC_URL: `http://127.0.0.1:4000${path}`, ...variables });

  test('that sends all that is handled passes', async () => {
    expect(await at('/billing')).toEqual([
      'pass: Stripe sends every event that the service handles to http://127.0.0.1:4000/billing/webhooks/stripe',
    ]);
  });

  test('that sends everything passes, below an address that ends in a slash too', async () => {
    createEndpoint('/all/webhooks/stripe', ['*']);

    expect(await at('/all/')).toEqual([expect.stringMatching(/^pass/)]);
  });

  test('that lacks events is warned of, by their names', async () => {
    createEndpoint('/few/webhooks/stripe', handledEventTypes.slice(2));

    expect(await at('/few')).toEqual([
      'warn: the endpoint at http://127.0.0.1:4000/few/webhooks/stripe does not send customer.created, customer.updated',
    ]);
  });

  test('that is missing, or disabled, is warned of', async () => {
    const id = createEndpoint('/disabled/webhooks/stripe', ['*']);
    await stripe.webhookEndpoints.update(id, { disabled: true });

    const url = 'http://127.0.0.1:4000/disabled/webhooks/stripe';
    expect(await at('/disabled')).toEqual([`warn: the endpoint at ${url} is disabled`]);
    expect(await at('/missing')).toEqual([
      'warn: no endpoint at Stripe points to http://127.0.0.1:4000/missing/webhooks/stripe',
    ]);
  });

  describe('of Connect', () => {
    const STRIPE_ACCOUNT = 'acct_1';

    test('passes where an account is configured, though it is the platform that has it', async () => {
      createEndpoint('/connect/webhooks/stripe', handledEventTypes, true);

      expect(await at('/connect', { STRIPE_ACCOUNT })).toEqual([
        'pass: Stripe sends every event that the service handles to http://127.0.0.1:4000/connect/webhooks/stripe',
      ]);
      const listed = localStripe.requests.filter(({ path }) => path.startsWith('/v1/webhook_endpoints'));
      expect(listed.at(-1)?.stripeAccount).toBeNull();
    });

    test('that lacks events is warned of', async () => {
      createEndpoint('/few-connect/webhooks/stripe', handledEventTypes.slice(1), true);

      expect(await at('/few-connect', { STRIPE_ACCOUNT })).toEqual([
        expect.stringMatching(/^warn: .* does not send customer.created$/),
      ]);
    });

    test.each<[name: string, connect: boolean, variables: Environment, line: RegExp]>([
      ['where no account is configured', true, {}, /^warn: .* connected accounts only, which are ignored$/],
      ['is missing where one is', false, { STRIPE_ACCOUNT }, /^warn: .* receives no events of acct_1/],
    ])('%s is warned of', async (_name, connect, variables, line) => {
      const path = `/only-${String(connect)}`;
      createEndpoint(`${path}/webhooks/stripe`, ['*'], connect);

      expect(await at(path, variables)).toEqual([expect.stringMatching(line)]);
    });
  });

  test('is not looked for where there is no public address', async () => {
    expect(await examineFor('webhook-endpoint', { ...env, PUBLIC_URL: '' })).toEqual([
      expect.stringMatching(/^skip: PUBLIC_URL/),
    ]);
  });

  test('is not looked for where no events are received', async () => {
    expect(await examineFor('webhook-endpoint', { ...env, STRIPE_WEBHOOK_SECRETS: '' })).toEqual([]);
  });

  test('is skipped where the key may not list endpoints', async () => {
    await control('POST', 'faults', { path: '/v1/webhook_endpoints', status: '403' });

    expect(await at('/billing')).toEqual(['skip: the key may not read this at Stripe']);
  });
});

const issuer: KeySetServer = await startKeySetServer();
closeAfterTests(issuer.close);

describe('the keys', () => {
  test('names the algorithms of a secret and of a public key', async () => {
    const secret = 'x'.repeat(48);
    expect(await examineFor('token-keys', { ...env, JWT_SECRET: secret })).toEqual([
      'pass: a shared secret of 48 bytes, for HS256, HS384',
    ]);
    expect(await examineFor('token-keys', { ...env, JWT_SECRET: `${secret}\n` })).toEqual([
      'warn: the secret begins or ends with white space, such as a line break, which is part of it',
    ]);
    const publicKey = { JWT_SECRET: '', JWT_PUBLIC_KEY: toPem(p256.publicKey) };
    expect(await examineFor('token-keys', { ...env, ...publicKey })).toEqual([
      'pass: a public key, for ES256',
    ]);
  });

  function examineKeySet(): Promise<string[]> {
    return examineFor('token-keys', { ...env, JWT_SECRET: '', JWT_JWKS_URL: issuer.url.href });
  }

  test('counts the keys of a set that can be used', async () => {
    issuer.answerWith(
      toJwk(rsa.publicKey, { kid: '1', use: 'sig', alg: 'RS256' }),
      toJwk(ed25519.publicKey, { kid: '2', key_ops: ['verify'] }),
      toJwk(rsa.publicKey, { kid: '3', use: 'enc', alg: 'RSA-OAEP' }),
    );
    expect(await examineKeySet()).toEqual(['pass: 2 of 3 keys can be used, for RS256, EdDSA, Ed25519']);
  });

  const shortRsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });

  test.each([
    ['short', toJwk(shortRsa.publicKey)],
    ['of another curve', toJwk(secp256k1.publicKey)],
    ['for encryption', toJwk(rsa.publicKey, { use: 'enc' })],
    ['for signing', toJwk(rsa.publicKey, { key_ops: ['sign'] })],
    ['for another algorithm', toJwk(rsa.publicKey, { alg: 'RSA1_5' })],
    ['broken', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }],
  ])('fails when the only key is %s', async (_what, jwk) => {
    issuer.answerWith(jwk);
    expect(await examineKeySet()).toEqual(['fail: none of the 1 keys of the key set can be used']);
  });

  test.each([
    ['a private key', toJwk(rsa.privateKey)],
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
  ])('fails when the key set shows %s, whatever else it has', async (_what, jwk) => {
    issuer.answerWith(toJwk(p256.publicKey), jwk);
    expect(await examineKeySet()).toEqual([
      expect.stringMatching(/^fail: the key set shows a private or symmetric key/),
    ]);
  });

  test('fails when the key set cannot be had', async () => {
    issuer.answerBy((_, response) => response.writeHead(503).end());
    expect(await examineKeySet()).toEqual([
      `fail: The key set endpoint answered with status 503. Its URL is ${issuer.url.href}`,
    ]);
    issuer.answerWith();
    expect(await examineKeySet()).toEqual([expect.stringMatching(/^fail: .* answered with no keys/)]);
  });
});

describe('a token', () => {
  const secret = env['JWT_SECRET'] ?? '';
  const exp = Math.floor(Date.now() / 1000) + 600;
  const claims = { iss: env['JWT_ISSUER'], aud: env['JWT_AUDIENCE'], sub: 'user_1', exp };

  const sign = (payload: object, key = secret): string => craftToken({ alg: 'HS256' }, payload, hmac(key));

  function write(text: string): string {
    const file = join(folder, `${randomUUID()}.txt`);
    writeFileSync(file, text);
    return file;
  }

  /** What doctor says of a token, and its exit code. */
  async function examineToken(
    file: string,
    changes: object = {},
  ): Promise<{ text: string; exitCode: number }> {
    const { stdout, stderr, exitCode } = await runCli(['doctor', '--token', file], {
      env: { ...env, ...changes },
    });
    if (stdout === '') return { text: stderr, exitCode };
    const text = /^. token  .*\n(?: +→ .*\n)?/m.exec(stdout.replace(/^(. token) +/m, '$1  '))?.[0];
    return { text: text ?? stdout, exitCode };
  }

  test.each<[string, (token: string) => string]>([
    ['a token', (token) => token],
    ['a token and a line break', (token) => `${token}\n`],
    ['the value of a header', (token) => `Bearer ${token}`],
    ['a header', (token) => `Authorization: Bearer ${token}\r\n`],
    ['a token behind a byte order mark', (token) => `\ufeff${token}`],
    ['a token in quotes', (token) => `"${token}"\n`],
  ])('names the user of a token when the file holds %s', async (_what, wrap) => {
    const file = write(
      wrap(sign({ ...claims, roles: ['support'], email: 'a@b.example', email_verified: true })),
    );
    expect(await examineToken(file)).toEqual({
      text: '✓ token  accepted: user user_1, the roles support, a verified e-mail\n',
      exitCode: 0,
    });
  });

  test.each<[string, object, RegExp]>([
    [
      'the issuer differs in a slash',
      { iss: `${env['JWT_ISSUER']}/` },
      /issuer \("iss"\) .*expected https:\/\/issuer\.example\.com; found: https:\/\/issuer\.example\.com\/ \(they differ only in a trailing slash\)\n +→ Set JWT_ISSUER/,
    ],
    [
      'there is no audience',
      { aud: undefined },
      /audience \("aud"\) .*expected [^;]+; found: missing\n +→ .*JWT_AUDIENCE_CLAIM/,
    ],
    [
      'the token is expired',
      { exp: 1_700_000_000 },
      /expired \("exp"\)\. .*2023-11-14T22:13:20\.000Z\n +→ .*clocks/,
    ],
    [
      'there is no user',
      { sub: 7 },
      /"sub" claim does not name a user\. .*of type number\n +→ .*JWT_SUBJECT_CLAIM/,
    ],
  ])('says why a token is refused, and what to do, when %s', async (_what, change, report) => {
    const token = sign({ ...claims, ...change });
    const { text, exitCode } = await examineToken(write(token));
    expect(text).toMatch(report);
    expect(text).toMatch(/^✗/);
    expect(exitCode).toBe(1);
    for (const part of token.split('.')) expect(text).not.toContain(part);
  });

  test('says that a token is signed with another key', async () => {
    const { text } = await examineToken(write(sign(claims, 'x'.repeat(32))));
    expect(text).toMatch(/not signed with a key .*\n +→ Set the source of keys/);
  });

  test('says that the key of a token is not in the key set', async () => {
    const server = await startKeySetServer(toJwk(rsa.publicKey, { kid: 'other' }));
    closeAfterTests(server.close);
    const settings = { JWT_SECRET: '', JWT_JWKS_URL: server.url.href };
    const { text, exitCode } = await examineToken(write(createRsaToken(claims, { kid: 'mine' })), settings);
    expect(text).toMatch(
      /no applicable key found in the JSON Web Key Set; alg RS256, kid mine\n +→ Set the source of keys/,
    );
    expect(exitCode).toBe(1);
  });

  test('checks no token while the token variables have faults', async () => {
    const { text } = await examineToken(write(sign(claims)), { JWT_ISSUER: `"${env['JWT_ISSUER']}"` });
    expect(text).toBe('- token  the token variables have faults\n');
  });

  test('reads a token as PowerShell writes it', async () => {
    const file = join(folder, 'utf-16.txt');
    writeFileSync(file, `\ufeff${sign(claims)}\r\n`, 'utf16le');
    expect((await examineToken(file)).text).toMatch(/^✓ token  accepted/);
  });

  test('does not repeat a token that is given in place of a file, and checks nothing', async () => {
    const token = sign(claims);
    const { text, exitCode } = await examineToken(token);
    expect(text).toMatch(/^The file of --token cannot be read \((ENOENT|ENAMETOOLONG)\)\.\n$/);
    expect(text).not.toContain(token.slice(0, 20));
    expect(exitCode).toBe(1);
  });
});

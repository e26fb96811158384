import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type KeySetServer, startKeySetServer, toJwk } from '../../auth/key-set-server.ts';
import { craftToken, createRsaToken, ed25519, hmac, p256, rsa, toPem } from '../../auth/token-kit.ts';
import { closeAfterTests } from '../../helpers/closing.ts';
import { runCli } from '../run-cli.ts';
import { createHealthyDeployment, examineFor, folder } from './doctor-kit.ts';

const { env } = await createHealthyDeployment();
const issuer: KeySetServer = await startKeySetServer();
closeAfterTests(issuer.close);

describe('the keys', () => {
  test('names the algorithms of a secret and of a public key', async () => {
    const secret = 'x'.repeat(48);
    expect(await examineFor('token-keys', { ...env, JWT_SECRET: secret })).toEqual([
      'pass: a shared secret of 48 bytes, for HS256, HS384',
    ]);
    const publicKey = { JWT_SECRET: '', JWT_PUBLIC_KEY: toPem(p256.publicKey) };
    expect(await examineFor('token-keys', { ...env, ...publicKey })).toEqual([
      'pass: a public key, for ES256',
    ]);
  });

  test('warns of a secret in quotes, as an env file may pass it', async () => {
    expect(await examineFor('token-keys', { ...env, JWT_SECRET: `"${'x'.repeat(48)}"` })).toEqual([
      'warn: the shared secret is in quotes, and they count as part of it',
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
    expect(stderr).toBe('');
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
      /issuer \("iss"\) .*expected https:\/\/issuer\.example\.com; the token has https:\/\/issuer\.example\.com\/ \(they differ only in a trailing slash\)\n +→ Set JWT_ISSUER/,
    ],
    [
      'there is no audience',
      { aud: undefined },
      /audience \("aud"\) .*the token has missing\n +→ .*JWT_AUDIENCE_CLAIM/,
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

  test('does not repeat a token that is given in place of a file', async () => {
    const token = sign(claims);
    const { text, exitCode } = await examineToken(token);
    expect(text).toMatch(/file cannot be read: (ENOENT|ENAMETOOLONG)/);
    expect(text).not.toContain(token.slice(0, 20));
    expect(exitCode).toBe(1);
  });
});

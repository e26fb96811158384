import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type Authenticator, createAuthenticator } from '../../src/auth/authenticator.ts';
import type { BillingError } from '../../src/shared/errors.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { startKeySetServer, toJwk } from './key-set-server.ts';
import { claims, createConfig, createHmacToken, createRsaToken, now, rsa, secret } from './token-kit.ts';

/** The caller's id, or the code of the refusal. */
function authenticate(authenticator: Authenticator, token: string): Promise<string | undefined> {
  return authenticator.authenticate(`Bearer ${token}`).then(
    (caller) => caller?.userId,
    (error: unknown) => (error as BillingError).code,
  );
}

test('a token that was checked a moment ago is refused as soon as it has expired', async () => {
  let seconds = now;
  const keySource = { kind: 'secret', secret } as const;
  const authenticator = createAuthenticator(createConfig(keySource), () => seconds * 1000);
  const token = createHmacToken({ ...claims, exp: now + 10 });

  const answers = [];
  for (seconds of [now, now + 30, now + 69, now + 70]) answers.push(await authenticate(authenticator, token));

  // Clocks may differ by a minute.
  expect(answers).toEqual(['user_1', 'user_1', 'user_1', 'UNAUTHENTICATED']);
});

test('a token that was checked a moment ago is refused as soon as its key is withdrawn', async () => {
  let seconds = now;
  const server = await startKeySetServer(toJwk(rsa.publicKey, { kid: 'old' }));
  closeAfterTests(() => server.close());
  const keySource = { kind: 'jwks', url: server.url } as const;
  const authenticator = createAuthenticator(createConfig(keySource), () => seconds * 1000);
  const token = createRsaToken({ ...claims, exp: now + 3_600 }, { kid: 'old' });
  await authenticate(authenticator, token);
  seconds = now + 290;
  const before = await authenticate(authenticator, token);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  server.answerWith(toJwk(other, { kid: 'old' }));

  // Keys are fetched again after ten minutes.
  seconds = now + 610;
  const after = await authenticate(authenticator, token);

  expect([before, after]).toEqual(['user_1', 'UNAUTHENTICATED']);
});

test('a token whose key is gone is refused within a minute of its last check', async () => {
  let seconds = now;
  const server = await startKeySetServer(toJwk(rsa.publicKey, { kid: 'old' }));
  closeAfterTests(() => server.close());
  const keySource = { kind: 'jwks', url: server.url } as const;
  const authenticator = createAuthenticator(createConfig(keySource), () => seconds * 1000);
  const token = createRsaToken({ ...claims, exp: now + 3_600 }, { kid: 'old' });
  await authenticate(authenticator, token);
  server.answerWith(toJwk(rsa.publicKey, { kid: 'new' }));
  seconds = now + 40;
  await authenticate(authenticator, createRsaToken({ ...claims, exp: now + 3_600 }, { kid: 'new' }));

  seconds = now + 61;

  expect(await authenticate(authenticator, token)).toBe('UNAUTHENTICATED');
});

test('a token with another signature than the one that was checked is refused', async () => {
  const config = createConfig({ kind: 'secret', secret });
  const authenticator = createAuthenticator(config, () => now * 1000);
  const token = createHmacToken();
  await authenticate(authenticator, token);

  const forged = token.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'));

  expect(await authenticate(authenticator, forged)).toBe('UNAUTHENTICATED');
});

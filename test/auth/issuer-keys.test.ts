import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuthenticator, type Authenticator } from '../../src/auth/authenticator.ts';
import type { BillingError } from '../../src/shared/errors.ts';
import { trackPromise } from '../helpers/promises.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { startKeySetServer, toJwk, type KeySetServer } from './key-set-server.ts';
import { claims, craftToken, createConfig, ed25519, now, p256, rsa, signature } from './token-kit.ts';

const newRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const oldKey = toJwk(rsa.publicKey, { kid: 'old' });
const newKey = toJwk(newRsa.publicKey, { kid: 'new' });

let server: KeySetServer;
let authenticator: Authenticator;
let elapsedSeconds: number;

beforeEach(async () => {
  server = await startKeySetServer(oldKey);
  elapsedSeconds = 0;
  const config = createConfig({ kind: 'jwks', url: server.url });
  authenticator = createAuthenticator(config, () => (now + elapsedSeconds) * 1000);
});

afterEach(() => server.close());

/** The caller's id, or the code of the refusal. */
async function authenticate(token: string): Promise<string | undefined> {
  return authenticator.authenticate(`Bearer ${token}`).then(
    (caller) => caller?.userId,
    (error: unknown) => (error as BillingError).code,
  );
}

/** A token of the moment when it is made. */
function createToken(kid: string | undefined, key: KeyObject = rsa.privateKey, alg = 'RS256'): string {
  const payload = { ...claims, exp: now + elapsedSeconds + 300 };
  return craftToken({ alg, kid }, payload, signature(key, alg === 'EdDSA' ? null : 'sha256'));
}

const createOldToken = () => createToken('old');
const createNewToken = () => createToken('new', newRsa.privateKey);
const fail = () => {
  server.answerBy((_, response) => response.writeHead(500).end('out of order'));
};

const seldom = trackPromise(
  'tokens',
  '100 unknown keys: at most two requests for keys, and none is accepted',
);
const down = trackPromise(
  'tokens',
  'no keys to be had: known ones go on, else AUTH_UNAVAILABLE, none is accepted',
);

describe('which key is used', () => {
  test.each([
    ['RSA', rsa, 'RS256'],
    ['EC', p256, 'ES256'],
    ['Ed25519', ed25519, 'EdDSA'],
  ])('%s keys verify', async (_, { publicKey, privateKey }, alg) => {
    server.answerWith(oldKey, toJwk(publicKey, { kid: 'mine', alg, use: 'sig' }));
    expect(await authenticate(createToken('mine', privateKey, alg))).toBe('user_1');
  });

  test('a token without a key id may be signed with any key of its kind', async () => {
    server.answerWith(oldKey, newKey, toJwk(p256.publicKey));
    expect(await authenticate(createToken(undefined, rsa.privateKey))).toBe('user_1');
    expect(await authenticate(createToken(undefined, newRsa.privateKey))).toBe('user_1');
    expect(await authenticate(createToken(undefined, p256.privateKey, 'ES256'))).toBe('user_1');
  });

  test('an expired token without a key id is refused as expired, not for its signature', async () => {
    server.answerWith(oldKey, newKey);
    elapsedSeconds = -3_600;
    const token = createToken(undefined);
    elapsedSeconds = 0;
    const refusal = authenticator.authenticate(`Bearer ${token}`);
    await expect(refusal).rejects.toMatchObject({ refusal: { refused: 'exp' } });
  });

  test('a token that none of them has signed is no reason to ask for others', async () => {
    server.answerWith(oldKey, newKey);
    expect(await authenticate(createToken(undefined, rsa.privateKey))).toBe('user_1');
    elapsedSeconds = 31;
    expect(await authenticate(createToken(undefined, otherRsa.privateKey))).toBe('UNAUTHENTICATED');
    expect(server.requestCount()).toBe(1);
  });

  test('keys that cannot be used do not disturb the others', async () => {
    server.answerWith({ kty: 'RSA', kid: 'broken', n: '!' }, { kty: 'new' }, {}, oldKey);
    expect(await authenticate(createOldToken())).toBe('user_1');
    expect(await authenticate(createToken('broken'))).toBe('UNAUTHENTICATED');
  });
});

describe('how often the endpoint is asked', () => {
  test('not before a token needs it, then once for many tokens', async () => {
    expect(server.requestCount()).toBe(0);
    await Promise.all(Array.from({ length: 50 }, () => authenticate(createOldToken())));
    for (let i = 0; i < 50; i += 1) await authenticate(createOldToken());
    expect(server.requestCount()).toBe(1);
  });

  test('at most twice for 100 unknown keys', async () => {
    await authenticate(createOldToken());
    elapsedSeconds = 31;
    const together = await Promise.all(
      Array.from({ length: 50 }, (_, i) => authenticate(createToken(`a${i}`))),
    );
    const inTurn: unknown[] = [];
    for (let i = 0; i < 50; i += 1) inTurn.push(await authenticate(createToken(`b${i}`)));
    await seldom.try(() => {
      expect(new Set(together)).toEqual(new Set(['UNAUTHENTICATED']));
      expect(new Set(inTurn)).toEqual(new Set(['AUTH_UNAVAILABLE']));
      expect(server.requestCount()).toBe(2);
    });
  });

  test('at most twice for 100 unknown keys while it is down', async () => {
    await authenticate(createOldToken());
    elapsedSeconds = 31;
    fail();
    await seldom.try(async () => {
      for (let i = 0; i < 100; i += 1) {
        expect(await authenticate(createToken(`a${i}`))).toBe('AUTH_UNAVAILABLE');
      }
      expect(server.requestCount()).toBe(2);
    });
  });

  test('once for 100 tokens while there are no keys', async () => {
    fail();
    for (let i = 0; i < 100; i += 1) expect(await authenticate(createOldToken())).toBe('AUTH_UNAVAILABLE');
    expect(server.requestCount()).toBe(1);
  });

  test('not while an answer is awaited', async () => {
    server.answerBy((_, response) => setTimeout(() => response.end(JSON.stringify({ keys: [oldKey] })), 100));
    const first = authenticate(createOldToken());
    elapsedSeconds = 60;
    expect(await Promise.all([first, authenticate(createOldToken())])).toEqual(['user_1', 'user_1']);
    expect(server.requestCount()).toBe(1);
  });

  test('not again for five minutes, and again when the clock was set back', async () => {
    await authenticate(createOldToken());
    elapsedSeconds = 299;
    await authenticate(createOldToken());
    expect(server.requestCount()).toBe(1);
    elapsedSeconds = -3600;
    await authenticate(createOldToken());
    expect(server.requestCount()).toBe(2);
  });

  test('again before a token is accepted when the keys are ten minutes old', async () => {
    await authenticate(createOldToken());
    server.answerWith(newKey);
    elapsedSeconds = 600;
    expect(await authenticate(createOldToken())).toBe('UNAUTHENTICATED');
    expect(server.requestCount()).toBe(2);
  });
});

describe('when the issuer changes its keys', () => {
  test('a new key is found at once, or after the cooldown of 30 seconds, which the answer names', async () => {
    await authenticate(createOldToken());
    server.answerWith(oldKey, newKey);
    elapsedSeconds = 11;
    const error: unknown = await authenticator
      .authenticate(`Bearer ${createNewToken()}`)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'AUTH_UNAVAILABLE', details: { retryAfter: 19 }, cause: undefined });
    elapsedSeconds = 30;
    expect(await authenticate(createNewToken())).toBe('user_1');
    expect(await authenticate(createOldToken())).toBe('user_1');
  });

  test('a key that the issuer does not have is refused once it was looked for', async () => {
    expect(await authenticate(createNewToken())).toBe('UNAUTHENTICATED');
    expect(await authenticate(createNewToken())).toBe('AUTH_UNAVAILABLE');
    elapsedSeconds = 30;
    expect(await authenticate(createNewToken())).toBe('UNAUTHENTICATED');
    expect(server.requestCount()).toBe(2);
  });

  test('a key that the issuer adds while its keys are fetched is looked for again after the cooldown', async () => {
    let release = (): void => undefined;
    server.answerBy((_, response) => {
      release = () => response.end(JSON.stringify({ keys: [oldKey] }));
    });
    const first = authenticate(createOldToken());
    await waitUntil('the first request', () => server.requestCount() === 1 || undefined);
    elapsedSeconds = 1;
    const during = authenticate(createNewToken());
    release();
    expect(await Promise.all([first, during])).toEqual(['user_1', 'AUTH_UNAVAILABLE']);
    server.answerWith(oldKey, newKey);
    elapsedSeconds = 30;
    expect(await authenticate(createNewToken())).toBe('user_1');
  });

  test('an unknown key of another issuer is refused, and no key is fetched for it', async () => {
    await authenticate(createOldToken());
    elapsedSeconds = 30;
    const payload = { ...claims, iss: 'https://other.example', exp: now + 300 };
    const token = craftToken({ alg: 'RS256', kid: 'new' }, payload, signature(newRsa.privateKey));
    expect(await authenticate(token)).toBe('UNAUTHENTICATED');
    expect(server.requestCount()).toBe(1);
  });

  test('keys are fetched again in the background before they are stale', async () => {
    await authenticate(createOldToken());
    let release = (): void => undefined;
    server.answerBy((_, response) => {
      release = () => response.end(JSON.stringify({ keys: [newKey] }));
    });
    elapsedSeconds = 300;
    expect(await authenticate(createOldToken())).toBe('user_1');
    await waitUntil('the second request', () => server.requestCount() === 2 || undefined);
    expect(await authenticate(createOldToken())).toBe('user_1');
    release();
    while ((await authenticate(createNewToken())) !== 'user_1');
    elapsedSeconds += 1;
    expect(await authenticate(createOldToken())).toBe('UNAUTHENTICATED');
    expect(server.requestCount()).toBe(2);
  });

  test('a new key is found again after the cooldown though a server of the issuer still answered without it', async () => {
    server.answerWith(oldKey, newKey);
    await authenticate(createNewToken());
    server.answerWith(oldKey);
    elapsedSeconds = 600;
    expect(await authenticate(createNewToken())).toBe('UNAUTHENTICATED');
    server.answerWith(oldKey, newKey);
    elapsedSeconds = 629;
    expect(await authenticate(createNewToken())).toBe('UNAUTHENTICATED');
    elapsedSeconds = 630;
    expect(await authenticate(createNewToken())).toBe('user_1');
  });

  test('a removed key is refused after ten minutes at the latest', async () => {
    await authenticate(createOldToken());
    server.answerWith(newKey);
    elapsedSeconds = 599;
    expect(await authenticate(createOldToken())).toBe('user_1');
    elapsedSeconds = 600;
    expect(await authenticate(createOldToken())).toBe('UNAUTHENTICATED');
  });
});

describe('while the endpoint is down', () => {
  test('known keys count for a day, and no token is accepted after it', async () => {
    await authenticate(createOldToken());
    fail();
    for (const seconds of [600, 601, 606, 7200, 86_399]) {
      elapsedSeconds = seconds;
      await down.try(async () => expect(await authenticate(createOldToken())).toBe('user_1'));
    }
    elapsedSeconds = 86_400;
    await down.try(async () => expect(await authenticate(createOldToken())).toBe('AUTH_UNAVAILABLE'));
  });

  test('a key that is not known may exist, so the answer is that it cannot be told', async () => {
    await authenticate(createOldToken());
    elapsedSeconds = 31;
    fail();
    await down.try(async () => expect(await authenticate(createNewToken())).toBe('AUTH_UNAVAILABLE'));
    await down.try(async () => expect(await authenticate(createOldToken())).toBe('user_1'));
  });

  test('tokens are checked again five seconds after it is back', async () => {
    fail();
    expect(await authenticate(createOldToken())).toBe('AUTH_UNAVAILABLE');
    server.answerWith(oldKey);
    elapsedSeconds = 4;
    expect(await authenticate(createOldToken())).toBe('AUTH_UNAVAILABLE');
    elapsedSeconds = 5;
    expect(await authenticate(createOldToken())).toBe('user_1');
    expect(await authenticate(createNewToken())).toBe('AUTH_UNAVAILABLE');
  });

  test('a request waits for the endpoint while no key is usable, though it failed before', async () => {
    await authenticate(createOldToken());
    fail();
    elapsedSeconds = 600;
    await authenticate(createOldToken());
    server.answerBy((_, response) => setTimeout(() => response.end(JSON.stringify({ keys: [oldKey] })), 100));
    elapsedSeconds = 86_400;
    expect(await authenticate(createOldToken())).toBe('user_1');
  });

  test('no request waits for an endpoint that failed a moment ago', async () => {
    await authenticate(createOldToken());
    fail();
    elapsedSeconds = 600;
    await authenticate(createOldToken());
    server.answerBy(() => undefined);
    elapsedSeconds = 606;
    const start = performance.now();
    expect(await authenticate(createOldToken())).toBe('user_1');
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

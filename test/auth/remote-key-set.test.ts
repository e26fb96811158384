import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuthenticator } from '../../src/auth/authenticator.ts';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import type { BillingError } from '../../src/errors.ts';
import { trackPromise } from '../helpers/promises.ts';
import { startKeySetServer, toJwk } from './key-set-server.ts';
import type { KeySetServer } from './key-set-server.ts';
import { claims, craftToken, createConfig, ed25519, now, p256, rsa, signature } from './token-kit.ts';
import { createUnusableAnswers } from './unusable-answers.ts';

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
  authenticator = await createAuthenticator(config, () => (now + elapsedSeconds) * 1000);
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
      expect(new Set([...together, ...inTurn])).toEqual(new Set(['UNAUTHENTICATED']));
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

  test('again after ten minutes, and when the clock was set back', async () => {
    await authenticate(createOldToken());
    elapsedSeconds = 599;
    await authenticate(createOldToken());
    expect(server.requestCount()).toBe(1);
    elapsedSeconds = 600;
    await authenticate(createOldToken());
    expect(server.requestCount()).toBe(2);
    elapsedSeconds = -3600;
    await authenticate(createOldToken());
    expect(server.requestCount()).toBe(3);
  });
});

describe('when the issuer changes its keys', () => {
  test('a new key is found at once, or after the cooldown of 30 seconds', async () => {
    await authenticate(createOldToken());
    server.answerWith(oldKey, newKey);
    elapsedSeconds = 29;
    expect(await authenticate(createNewToken())).toBe('UNAUTHENTICATED');
    elapsedSeconds = 30;
    expect(await authenticate(createNewToken())).toBe('user_1');
    expect(await authenticate(createOldToken())).toBe('user_1');
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
  test('known keys go on for a day, and nobody is let in after it', async () => {
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
    expect(await authenticate(createNewToken())).toBe('UNAUTHENTICATED');
  });

  test('nobody waits for an endpoint that failed a moment ago', async () => {
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

/** Where the issuer lives is not for clients or logs. */
async function expectUnavailable(failure: string): Promise<void> {
  const error = await authenticator
    .authenticate(`Bearer ${createOldToken()}`)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'AUTH_UNAVAILABLE', retryAfter: 5 });
  expect(error).toMatchObject({ cause: { message: expect.stringContaining(failure) } });
  expect(inspect(error, { depth: 10 })).not.toContain(server.url.host);
}

describe('an answer that is not used', () => {
  test.each(createUnusableAnswers({ keys: [oldKey] }))('%s', async (_, failure, listener) => {
    server.answerBy(listener);
    await down.try(() => expectUnavailable(failure));
  });

  test('one that does not come to an end within three seconds', async () => {
    server.answerBy((_, response) => {
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    const start = performance.now();
    expect(await authenticate(createOldToken())).toBe('AUTH_UNAVAILABLE');
    expect(performance.now() - start).toBeLessThan(4000);
  });

  test('none, because nobody listens', async () => {
    await server.close();
    await expectUnavailable('could not be reached: ECONNREFUSED');
  });
});

import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Authenticator, createAuthenticator } from '../../src/auth/authenticator.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { trackPromise } from '../helpers/promises.ts';
import { type KeySetServer, startKeySetServer, toJwk } from './key-set-server.ts';
import { claims, createConfig, createRsaToken, now, rsa } from './token-kit.ts';
import { createUnusableAnswers } from './unusable-answers.ts';

const oldKey = toJwk(rsa.publicKey, { kid: 'old' });

let server: KeySetServer;
let authenticator: Authenticator;

beforeEach(async () => {
  server = await startKeySetServer(oldKey);
  const config = createConfig({ kind: 'jwks', url: server.url });
  authenticator = createAuthenticator(config, () => now * 1000);
});

afterEach(() => server.close());

const down = trackPromise('tokens', 'an answer that holds no key set: AUTH_UNAVAILABLE, none is accepted');

/** Where the issuer lives is not for clients or logs. */
async function expectUnavailable(failure: string, asked = authenticator): Promise<void> {
  const error = await asked
    .authenticate(`Bearer ${createRsaToken(claims, { kid: 'old' })}`)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'AUTH_UNAVAILABLE', details: { retryAfter: 5 } });
  expect(error).toMatchObject({ cause: { message: expect.stringContaining(failure) } });
  expect(inspect(error, { depth: 10 })).not.toContain(server.url.host);
}

test('a compressed key set is used, though the server compresses it unasked', async () => {
  server.answerBy((_, response) => {
    response.setHeader('content-encoding', 'gzip').end(gzipSync(JSON.stringify({ keys: [oldKey] })));
  });
  const caller = await authenticator.authenticate(`Bearer ${createRsaToken(claims, { kid: 'old' })}`);
  expect(caller).toMatchObject({ userId: 'user_1' });
});

describe('an answer that is not used', () => {
  test.each(createUnusableAnswers({ keys: [oldKey] }))('%s', async (_, failure, listener) => {
    server.answerBy(listener);
    await down.try(() => expectUnavailable(failure));
  });

  /** At the same time, since each takes three seconds. */
  test('one that does not come to an end, or whose connection is not open, within three seconds', async () => {
    server.answerBy((_, response) => {
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    const sockets: Socket[] = [];
    // Accepts the connection, and never answers the first message of TLS.
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    closeAfterTests(() => {
      silent.close();
      for (const socket of sockets) socket.destroy();
    });
    await once(silent, 'listening');
    const url = new URL(`https://127.0.0.1:${(silent.address() as AddressInfo).port}/jwks.json`);
    const unopened = createAuthenticator(createConfig({ kind: 'jwks', url }), () => now * 1000);

    const start = performance.now();
    await Promise.all([
      expectUnavailable('is unreachable: TimeoutError'),
      expectUnavailable('is unreachable: TimeoutError', unopened),
    ]);
    expect(performance.now() - start).toBeLessThan(4000);
  });

  test('none, because no server listens', async () => {
    await server.close();
    await expectUnavailable('is unreachable: ECONNREFUSED');
  });
});

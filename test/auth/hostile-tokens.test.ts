import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createAuthenticator, type Authenticator } from '../../src/auth/authenticator.ts';
import { anyCharacter } from '../helpers/any-character.ts';
import { trackPromise } from '../helpers/promises.ts';
import { hostileClaims, malformedTokens } from './hostile-claims.ts';
import { hostileHeaders, hostileKeyNames } from './hostile-headers.ts';
import { hostileAlgorithms, hostileSignatures } from './hostile-signatures.ts';
import { attacker, createKeySetToken, issuersKeys, refusals, type HostileToken } from './hostile-token.ts';
import { startKeySetServer, toJwk, type KeySetServer } from './key-set-server.ts';
import * as kit from './token-kit.ts';

const { claims, craftToken, createHmacToken, createRsaToken, now, p256, rsa } = kit;

let attackersServer: KeySetServer;
let issuersServer: KeySetServer;
let authenticators: Record<HostileToken['target'], Authenticator>;

beforeAll(async () => {
  attackersServer = await startKeySetServer(toJwk(attacker.publicKey, { kid: 'attacker' }));
  issuersServer = await startKeySetServer(...issuersKeys);
  const create = (keySource: Parameters<typeof kit.createConfig>[0]) =>
    createAuthenticator(kit.createConfig(keySource), () => now * 1000);
  authenticators = {
    secret: create({ kind: 'secret', secret: kit.secret }),
    publicKey: create({ kind: 'publicKey', pem: kit.toPem(rsa.publicKey) }),
    jwks: create({ kind: 'jwks', url: issuersServer.url }),
  };
});

afterAll(async () => {
  await attackersServer.close();
  await issuersServer.close();
});

const groups = {
  hostileAlgorithms,
  hostileSignatures,
  hostileKeyNames,
  hostileHeaders,
  hostileClaims,
  malformedTokens,
};

const refused = trackPromise('tokens', 'a hostile token is refused, and nothing of it is logged');
const within = trackPromise('tokens', 'clocks may differ by 60 seconds, and by no more: exp, nbf and iat');
const counted = trackPromise(
  'tokens',
  'all of these tokens: one request for keys, none to a server of theirs',
);

/** Counts a token beside the others where it tries the skew of clocks. */
function tryToken(name: string, attempt: () => Promise<void>): Promise<void> {
  return /a minute|(59|60|61) seconds/.test(name) ? within.try(attempt) : attempt();
}

describe.each(Object.entries(groups))('%s', (_, hostileTokens) => {
  test.each(hostileTokens)(
    '$name ($target) is refused: $message',
    async ({ name, target, message, create }) => {
      const token = create(attackersServer.url.href);
      const attempt = async (): Promise<void> => {
        const error: unknown = await authenticators[target]
          .authenticate(`Bearer ${token}`)
          .catch((reason: unknown) => reason);
        const code = message === refusals.unknownKey ? 'AUTH_UNAVAILABLE' : 'UNAUTHENTICATED';
        expect(error).toMatchObject({ code, message });
        // Neither the error nor its cause may carry the token into a log.
        const logged = inspect(error, { depth: 10 });
        for (const part of [...token.split('.'), 'user_1'])
          if (part.length > 5) expect(logged).not.toContain(part);
      };
      await refused.try(() => tryToken(name, attempt));
    },
  );
});

test.each<[string, HostileToken['target'], () => string]>([
  ['a shared secret', 'secret', () => createHmacToken()],
  ['a public key', 'publicKey', () => createRsaToken()],
  ['a key of the key set', 'jwks', () => createKeySetToken('rsa')],
  ['a key of the key set that is not named', 'jwks', () => createKeySetToken(undefined)],
  [
    'an EC key of the key set',
    'jwks',
    () => craftToken({ alg: 'ES256', kid: 'p256' }, claims, kit.signature(p256.privateKey)),
  ],
  ['claims written as text', 'secret', () => createHmacToken(JSON.stringify(claims))],
  ['nearly 16384 characters', 'secret', () => createHmacToken({ ...claims, padding: 'x'.repeat(12_000) })],
  [
    'clocks that differ by a minute',
    'secret',
    () => createHmacToken({ ...claims, nbf: now + 60, iat: now + 60 }),
  ],
  ['expiry 59 seconds ago', 'secret', () => createHmacToken({ ...claims, exp: now - 59 })],
  ['a subject of 255 characters', 'secret', () => createHmacToken({ ...claims, sub: 'u'.repeat(255) })],
  ['several audiences', 'secret', () => createHmacToken({ ...claims, aud: ['shop', 'billing'] })],
])('a token without a fault is accepted: %s', async (name, target, create) => {
  await tryToken(name, () =>
    expect(authenticators[target].authenticate(`Bearer ${create()}`)).resolves.toMatchObject({
      claims: { iss: claims.iss },
    }),
  );
});

test('nothing else is accepted, whatever it is', async () => {
  const part = fc.oneof(
    fc.base64String(),
    fc.json().map(kit.encode),
    fc.constantFrom(...createHmacToken().split('.')),
  );
  const token = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.array(part, { maxLength: 4 }).map((parts) => parts.join('.')),
  );
  const header = fc.oneof(
    token,
    token.map((text) => `Bearer ${text}`),
  );
  await fc.assert(
    fc.asyncProperty(
      header,
      fc.constantFrom(...Object.values(authenticators)),
      async (text, authenticator) => {
        fc.pre(text !== `Bearer ${createHmacToken()}`);
        await expect(authenticator.authenticate(text)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      },
    ),
    { numRuns: 500 },
  );
});

test('no server that a token names was asked', async () => {
  await counted.try(() => expect(attackersServer.requestCount()).toBe(0));
});

test('all these tokens together made one request for keys', async () => {
  await counted.try(() => expect(issuersServer.requestCount()).toBe(1));
});

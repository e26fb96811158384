import { attacker, createKeySetToken, refusals, type HostileToken } from './hostile-token.ts';
import { toJwk } from './key-set-server.ts';
import {
  claims,
  craftToken,
  createHmacToken,
  createRsaToken,
  encode,
  hmac,
  secret,
  toPem,
} from './token-kit.ts';

const attackersJwk = toJwk(attacker.publicKey, { kid: 'attacker' });

/** Tokens with a header that says which key to take. */
export const hostileKeyNames = (
  [
    [
      'a key of its own (jwk)',
      'publicKey',
      () => createRsaToken(claims, { jwk: attackersJwk }, attacker.privateKey),
    ],
    [
      'a key of its own (jwk) on a key set',
      'jwks',
      () => createAttackersToken('attacker', { jwk: attackersJwk }),
    ],
    ['a key set of its own (jku)', 'jwks', (url) => createAttackersToken('attacker', { jku: url })],
    [
      'a certificate of its own (x5u)',
      'publicKey',
      (url) => createRsaToken(claims, { x5u: url }, attacker.privateKey),
    ],
    [
      'a certificate inside (x5c)',
      'jwks',
      () => createAttackersToken('attacker', { x5c: [encode(toPem(attacker.publicKey))] }),
    ],
    ['a key id that is a URL', 'jwks', (url) => createAttackersToken(url)],
    [
      'a key id that is an empty file',
      'secret',
      () => craftToken({ alg: 'HS256', kid: '../../dev/null' }, claims, hmac('')),
    ],
    ['a key id that is SQL', 'jwks', () => createAttackersToken("x' UNION SELECT 'key'; --")],
    ['a key id that is a shell command', 'jwks', () => createAttackersToken('rsa|id')],
    ['a key id that is a property', 'jwks', () => createAttackersToken('__proto__')],
    ['a key id that is a list', 'jwks', () => createKeySetToken(['rsa']), refusals.signature],
    ['a key id that is an object', 'jwks', () => createKeySetToken({ $gt: '' }), refusals.signature],
    [
      'a key id that is 5,000 lists in one another',
      'jwks',
      () => craftToken(`{"alg":"RS256","kid":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, claims, hmac('')),
      refusals.signature,
    ],
  ] as const satisfies readonly (readonly [string, HostileToken['target'], HostileToken['create'], string?])[]
).map(([name, target, create, message]): HostileToken => {
  // A key set may come to hold a key that it does not hold yet.
  const usual = target === 'jwks' ? refusals.unknownKey : refusals.signature;
  return { name, target, message: message ?? usual, create };
});

function createAttackersToken(kid: string, header: object = {}): string {
  return createKeySetToken(kid, attacker.privateKey, header);
}

/** Correctly signed tokens with a header that asks for something that is not supported. */
export const hostileHeaders = (
  [
    ['an unknown critical extension', refusals.extension, { crit: ['exp'], exp: 0 }],
    ['a critical extension that is missing', refusals.form, { crit: ['b64'] }],
    ['an empty list of critical extensions', refusals.form, { crit: [] }],
    ['critical extensions that are no list', refusals.form, { crit: 'exp' }],
    ['an unencoded payload', refusals.form, { crit: ['b64'], b64: false }],
    ['no algorithm', refusals.form, { alg: undefined }],
    ['an empty algorithm', refusals.form, { alg: '' }],
    ['a list of algorithms', refusals.form, { alg: ['HS256'] }],
    ['the type of a logout token', refusals.type, { typ: 'logout+jwt' }],
    ['the type of a DPoP proof', refusals.type, { typ: 'dpop+jwt' }],
    ['the type of a security event', refusals.type, { typ: 'application/secevent+jwt' }],
    ['a type that is a list', refusals.type, { typ: ['JWT'] }],
    ['no JSON', refusals.form, '{'],
    ['a list', refusals.form, '[]'],
  ] as const
).map(([name, message, header]): HostileToken => {
  const create = () =>
    typeof header === 'string' ? craftToken(header, claims, hmac(secret)) : createHmacToken(claims, header);
  return { name, target: 'secret', message, create };
});

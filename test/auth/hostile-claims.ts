import { refusals, replacePart, type HostileToken } from './hostile-token.ts';
import { claims, craftToken, createHmacToken, encode, hmac, now, secret } from './token-kit.ts';

const notANumber = (claim: string) => `The token's "${claim}" claim must be a number.`;

/** Correctly signed tokens with claims that are not accepted. */
export const hostileClaims = (
  [
    ['no issuer', refusals.issuer, { iss: undefined }],
    ['another issuer', refusals.issuer, { iss: 'https://evil.example' }],
    ['an issuer with one more slash', refusals.issuer, { iss: `${claims.iss}/` }],
    ['an issuer that begins alike', refusals.issuer, { iss: `${claims.iss}.evil.example` }],
    ['a list of issuers', refusals.issuer, { iss: [claims.iss] }],
    ['no audience', refusals.audience, { aud: undefined }],
    ['another audience', refusals.audience, { aud: 'shop' }],
    ['other audiences', refusals.audience, { aud: ['shop', 'billing2'] }],
    ['an empty list of audiences', refusals.audience, { aud: [] }],
    ['an audience that begins alike', refusals.audience, { aud: 'billing-admin' }],
    ['an audience that is an object', refusals.audience, { aud: { billing: true } }],
    ['no expiry', notANumber('exp'), { exp: undefined }],
    ['an expiry that is text', notANumber('exp'), { exp: String(now + 300) }],
    ['an expiry that is null', notANumber('exp'), { exp: null }],
    [
      'an expiry that never comes',
      refusals.endless,
      JSON.stringify(claims).replace(`${claims.exp}`, '1e999'),
    ],
    ['expiry 60 seconds ago', refusals.expired, { exp: now - 60 }],
    ['expiry before there were clocks', refusals.expired, { exp: -1 }],
    ['validity that begins in 61 seconds', refusals.early, { nbf: now + 61 }],
    ['validity that begins at a text', notANumber('nbf'), { nbf: '0' }],
    ['issue in 61 seconds', refusals.future, { iat: now + 61 }],
    ['issue at a text', notANumber('iat'), { iat: '0' }],
    ['no subject', refusals.subject, { sub: undefined }],
    ['an empty subject', refusals.subject, { sub: '' }],
    ['a subject that is a number', refusals.subject, { sub: 1 }],
    ['a subject that is a list', refusals.subject, { sub: ['user_1'] }],
    ['a subject that is a query', refusals.subject, { sub: { $ne: null } }],
    ['a subject of 256 characters', refusals.subject, { sub: 'u'.repeat(256) }],
    [
      'a subject of 130 characters beyond the basic plane',
      refusals.subject,
      { sub: '\u{1f600}'.repeat(130) },
    ],
    ['a subject with NUL', refusals.subject, { sub: 'user_1\u0000' }],
    ['a subject with a newline', refusals.subject, { sub: 'user_1\n' }],
    ['a subject with half a surrogate pair', refusals.subject, { sub: 'user_1\ud800' }],
    ['claims that are a list', refusals.form, '[]'],
    ['claims that are null', refusals.form, 'null'],
    ['claims that are no JSON', refusals.form, '{"sub":'],
  ] as const
).map(([name, message, payload]): HostileToken => {
  const create = () => createHmacToken(typeof payload === 'string' ? payload : { ...claims, ...payload });
  return { name, target: 'secret', message, create };
});

/** What is not one compact JWT of an acceptable size. */
export const malformedTokens = (
  [
    ['claims that are not UTF-8', refusals.form, createBinaryToken],
    ['nothing', refusals.header, () => ''],
    ['one part', refusals.header, () => encode(claims)],
    ['two parts', refusals.header, () => createHmacToken().split('.').slice(0, 2).join('.')],
    ['four parts', refusals.header, () => `${createHmacToken()}.x`],
    ['five parts, as encrypted tokens have', refusals.header, () => 'a.b.c.d.e'],
    [
      'none, without a signature',
      refusals.header,
      () => craftToken({ alg: 'none' }, claims, () => Buffer.alloc(0)),
    ],
    ['a signature taken away', refusals.header, () => replacePart(createHmacToken(), 2, '')],
    ['JSON instead of the compact form', refusals.header, () => JSON.stringify({ payload: encode(claims) })],
    ['padding', refusals.header, () => `${createHmacToken()}=`],
    ['characters of plain base64', refusals.header, () => replacePart(createHmacToken(), 2, 'a+/a')],
    ['letters outside of ASCII', refusals.header, () => replacePart(createHmacToken(), 2, '\u00e9\u00e9')],
    ['a second token', refusals.header, () => `${createHmacToken()} ${createHmacToken()}`],
    [
      'a second token behind a comma',
      refusals.header,
      () => `${createHmacToken()}, Bearer ${createHmacToken()}`,
    ],
    ['a line behind it', refusals.header, () => `${createHmacToken()}\n`],
    [
      'more than 16384 characters',
      refusals.length,
      () => createHmacToken({ ...claims, padding: 'x'.repeat(12_200) }),
    ],
    ['a megabyte', refusals.length, () => createHmacToken({ ...claims, padding: 'x'.repeat(1_000_000) })],
  ] as const
).map(([name, message, create]): HostileToken => ({ name, target: 'secret', message, create }));

function createBinaryToken(): string {
  const input = `${encode({ alg: 'HS256' })}.${encode(Buffer.from('{"sub":"\xff"}', 'latin1'))}`;
  return `${input}.${hmac(secret)(input).toString('base64url')}`;
}

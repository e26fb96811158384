import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export type TokenAlgorithm = 'HS256' | 'RS256';

const issuer = 'https://login.example.com/';
const audience = 'billing';
const lifetimeSeconds = 12 * 3600;

/** Signs tokens as an identity provider does, and tells the service how to check them. */
export interface TokenIssuer {
  readonly env: Readonly<Record<string, string>>;
  createToken(userId: string): string;
}

export function createTokenIssuer(algorithm: TokenAlgorithm): TokenIssuer {
  const { env, signText } = algorithm === 'HS256' ? createSecretKey() : createRsaKey();
  const header = encode({ alg: algorithm, typ: 'at+jwt' });
  const iat = Math.floor(Date.now() / 1000);
  return {
    env: { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, ...env },
    createToken: (sub) => {
      // What identity providers put into a token; its length is part of what it costs to check one.
      const claims = { iss: issuer, aud: audience, sub, iat, exp: iat + lifetimeSeconds };
      const text = `${header}.${encode({ ...claims, scope: 'openid profile email', roles: ['member'] })}`;
      return `${text}.${signText(text)}`;
    },
  };
}

interface SigningKey {
  readonly env: Readonly<Record<string, string>>;
  readonly signText: (text: string) => string;
}

function createSecretKey(): SigningKey {
  const secret = randomBytes(48).toString('base64url');
  return {
    env: { JWT_SECRET: secret },
    signText: (text) => createHmac('sha256', secret).update(text).digest('base64url'),
  };
}

function createRsaKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    env: { JWT_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString() },
    signText: (text) => sign('sha256', Buffer.from(text), privateKey).toString('base64url'),
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

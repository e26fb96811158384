import { SignJWT } from 'jose';
import type { AuthConfig } from './authenticator.ts';

export interface TokenRequest {
  readonly userId: string;
  readonly roles?: readonly string[];
  readonly email?: string;
  readonly lifetimeSeconds?: number;
}

/** For development, the demo and tests: an authenticator with this config accepts the token. @throws Error without a secret */
export async function createToken(config: AuthConfig, request: TokenRequest): Promise<string> {
  if (config.keySource.kind !== 'secret')
    throw new Error('signing tokens needs a shared secret (JWT_SECRET)');
  const { userId, roles = [], email, lifetimeSeconds = 3600 } = request;
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...Object.fromEntries(config.requiredClaims),
    sub: userId,
    [config.subjectClaim]: userId,
    [config.rolesClaim]: roles,
    ...(email === undefined ? {} : { [config.emailClaim ?? 'email']: email, email_verified: true }),
    iss: config.issuer,
    [config.audienceClaim]: config.audience[0],
    iat: now,
    exp: now + lifetimeSeconds,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(config.keySource.secret));
}

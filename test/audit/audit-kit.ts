import { type JWTPayload, SignJWT } from 'jose';
import type { Config } from '../../src/config/config.ts';
import type { AuditTrailQuery, AuditTrailQueryVariables } from '../generated/graphql.ts';
import { auditTrailQuery } from '../helpers/admin-operations.ts';
import type { TestApp } from '../helpers/test-app.ts';

export const adminRole = 'billing:admin';

export function getSecret({ auth }: Pick<Config, 'auth'>): string {
  const { keySource } = auth;
  return keySource.kind === 'secret' ? keySource.secret : '';
}

/** A token with claims of the test's choosing. */
export function signClaims({ config }: Pick<TestApp, 'config'>, claims: JWTPayload): Promise<string> {
  const { issuer, audience } = config.auth;
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setAudience([...audience])
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(getSecret(config)));
}

export type TrailEntry = AuditTrailQuery['auditTrail']['edges'][number]['node'];

/** The audit trail as an administrator reads it, the newest first. */
export async function readTrail(
  app: TestApp,
  variables: AuditTrailQueryVariables = {},
): Promise<TrailEntry[]> {
  const token = await app.createToken({ userId: 'auditor', roles: [adminRole] });
  const answer = await app.execute({ document: auditTrailQuery, variables, token });
  return answer.expectData().auditTrail.edges.map(({ node }) => node);
}

import type { AuditTrailQuery, AuditTrailQueryVariables } from '../generated/graphql.ts';
import { auditTrailQuery } from '../helpers/admin-operations.ts';
import type { TestApp } from '../helpers/test-app.ts';

export const adminRole = 'billing:admin';

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

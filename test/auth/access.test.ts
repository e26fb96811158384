import { expect, test } from '@jest/globals';
import { requireRole } from '../../src/auth/claims.ts';

const caller = { userId: 'user_1', roles: ['support', 'billing:admin'], email: null, claims: {} };

test('a caller with the role may go on', () => {
  expect(() => {
    requireRole(caller, 'billing:admin');
  }).not.toThrow();
});

test.each(['billing', 'admin', 'BILLING:ADMIN', 'support billing:admin', ''])(
  'the role %j is not carried',
  (role) => {
    expect(() => {
      requireRole(caller, role);
    }).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  },
);

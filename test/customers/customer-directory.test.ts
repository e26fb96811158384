import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { customerLinkSchema, findLinkFault } from '../../src/customers/customer-directory.ts';

test('finds a fault in the links that the schema refuses, and in no others', () => {
  const tail = fc.string({
    unit: fc.constantFrom('a', 'Z', '0', '_', '|', '-', ' ', '\n', '\u007f', 'é', '\ud83e'),
  });
  const userId = fc.oneof(
    tail,
    fc.integer({ min: 250, max: 260 }).map((length) => 'x'.repeat(length)),
  );
  const rest = fc.oneof(
    tail,
    fc.integer({ min: 60, max: 260 }).map((length) => 'x'.repeat(length)),
  );
  const stripeCustomerId = fc
    .tuple(fc.constantFrom('cus_', 'cus_', 'cus', 'sub_', 'x\ncus_'), rest)
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.record({ userId, stripeCustomerId }), (link) => {
      const { error } = customerLinkSchema.safeParse(link);
      expect(findLinkFault(link)).toBe(error?.issues.map(({ message }) => message).join('; ') ?? null);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['a usual user', { userId: 'auth0|5f7c8ec7c33c6c004bbafe82', stripeCustomerId: 'cus_NffrFeUfNV2Hib' }],
  ['an unusual one', { userId: 'zoë of the 🦊', stripeCustomerId: 'cus_1_2' }],
])('finds none in %s', (_what, link) => {
  expect(findLinkFault(link)).toBeNull();
});

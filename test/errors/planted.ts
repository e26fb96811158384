import { expect } from '@jest/globals';

/**
 * Values that must reach neither a client nor a log in any error case. Each has the word "planted" in it, so
 * that even a piece of one is found.
 */
export const planted = {
  stripeKey: 'sk_test_PlantedStripeKey',
  jwtSecret: 'PlantedJwtSecret of more than 32 bytes',
  userId: 'planted-user',
  userWithoutCustomer: 'planted-newcomer',
  email: 'planted.user@planted.example',
  sessionUrl: 'https://billing.planted.example/p/session/test_PlantedSession',
  host: 'stripe-7.planted.internal',
} as const;

/** What an upstream may put into a message: secrets, addresses and a stack. */
export const plantedMessage = [
  `Request to ${planted.host}:443 for ${planted.email} failed with ${planted.stripeKey}, rk_live_PlantedKey,`,
  `whsec_PlantedSecret and Bearer eyJhbGciOiJIUzI1NiJ9.eyJQbGFudGVkIjoxfQ.Planted-Signature; see`,
  `${planted.sessionUrl}, billing.planted.example/p/session/test_PlantedSession,`,
  `/p/session/test_PlantedSession, https://invoice.planted.example/i/acct_1/test_PlantedInvoice/pdf?s=ap, or mongodb://PlantedUser:PlantedPassword@${planted.host}/Planted on PLANTED-HOST.local`,
  '    at PlantedClass.plantedFunction (/srv/planted/folder/planted-file.js:12:34)',
  '    at async file:///srv/planted/folder/planted-file.js:56:7',
].join('\n');

/** Anything planted, tokens, stacks and the folders of the code. */
const secrets = [/planted/i, /eyJ[\w-]{6}/, /\bat \S+ \(/, /\.[cm]?[jt]s:\d+:\d+/, /\/src\//, /node_modules/];

export function expectNoSecrets(text: string, address?: string): void {
  expect(secrets.flatMap((secret) => secret.exec(text)?.[0] ?? [])).toEqual([]);
  if (address !== undefined) expect(text).not.toContain(address);
}

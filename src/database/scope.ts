import { DatabaseSetupError } from './database-setup-error.ts';

/**
 * Checks the name of a scope. A colon would let two scopes share a key: MongoDB's keys are `scope:userId`,
 * and the user id may hold colons.
 */
export function checkScope(scope: string): string {
  if (!/^[\w.-]{1,64}$/.test(scope)) {
    throw new DatabaseSetupError(
      `The scope "${scope}" is not usable: take 1 to 64 letters, digits, dots, dashes or underscores (STRIPE_SCOPE).`,
    );
  }
  return scope;
}

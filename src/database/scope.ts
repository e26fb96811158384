import { DatabaseSetupError } from './database-setup-error.ts';

/**
 * Checks the name of a scope. With a colon in its name, two scopes could share a key: MongoDB's keys are
 * `scope:userId`, and the user id may contain colons.
 */
export function checkScope(scope: string): string {
  if (!/^[\w.-]{1,64}$/.test(scope)) {
    throw new DatabaseSetupError(
      `Invalid scope "${scope}": use 1 to 64 letters, digits, dots, dashes or underscores (STRIPE_SCOPE).`,
    );
  }
  return scope;
}

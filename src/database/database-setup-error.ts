/**
 * The store does not work with the current settings. The message is for the operator who starts the service: it says
 * what to change, may name a path, and is never sent to a client.
 */
export class DatabaseSetupError extends Error {
  override readonly name = 'DatabaseSetupError';
}

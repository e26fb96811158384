/**
 * The store cannot be used as it is configured. The message is for the operator who starts the service:
 * it says what to change, may name a path, and is never sent to a client.
 */
export class DatabaseSetupError extends Error {
  override readonly name = 'DatabaseSetupError';
}

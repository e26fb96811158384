import { randomBytes } from 'node:crypto';

/** Creates an id like Stripe's: a prefix, then letters and digits. */
export function createId(prefix: string, length = 24): string {
  return `${prefix}_${createSecret(length)}`;
}

/** Creates random letters and digits that cannot be guessed. */
export function createSecret(length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let secret = '';
  while (secret.length < length) {
    // 248 is the largest multiple of 62 in a byte. Larger bytes would make some characters more frequent.
    for (const byte of randomBytes(length)) if (byte < 248) secret += alphabet.charAt(byte % 62);
  }
  return secret.slice(0, length);
}

import { randomBytes } from 'node:crypto';

/** An id as Stripe makes them: a prefix and letters and digits. */
export function createId(prefix: string, length = 24): string {
  return `${prefix}_${createSecret(length)}`;
}

/** Letters and digits that cannot be guessed. */
export function createSecret(length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let secret = '';
  while (secret.length < length) {
    // 248 is the largest multiple of 62 in a byte: above it, some characters would come more often.
    for (const byte of randomBytes(length)) if (byte < 248) secret += alphabet.charAt(byte % 62);
  }
  return secret.slice(0, length);
}

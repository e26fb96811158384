import { quote } from '../shell.ts';

/**
 * Why a user id is probably not the id that tokens carry, so that its link would be of no use; null without a doubt.
 * The service itself accepts such ids.
 */
export function findDoubt(userId: string): string | null {
  const fault = [
    // Decoders write U+FFFD for bytes that they cannot read, so different ids could become equal.
    userId.includes('\uFFFD') ? 'contains U+FFFD, which stands for bytes that are not UTF-8' : null,
    userId.trim() !== userId ? 'begins or ends with white space' : null,
    /[\p{Cc}\p{Cf}]/u.test(userId) ? 'contains invisible characters' : null,
  ].find((each) => each !== null);
  return fault === undefined ? null : `the user id ${quote(userId)} ${fault}`;
}

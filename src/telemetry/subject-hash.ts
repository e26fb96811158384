import { hash } from 'node:crypto';

/**
 * Stands for a user in the logs of one deployment. Keyed, since user ids can be guessed and counted through:
 * who has the logs alone cannot tell whom a hash is of. In one step, since an HMAC takes ten times as long, and
 * what it adds is for hashes that somebody else makes longer.
 */
export function createSubjectHash(key: string): (userId: string) => string {
  return (userId) => hash('sha256', `${key}:${userId}`).slice(0, 16);
}

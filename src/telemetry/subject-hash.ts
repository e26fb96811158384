import { createHmac } from 'node:crypto';

/**
 * Stands for a user in the logs of one deployment. Keyed, since user ids can be guessed and counted through:
 * who has the logs alone cannot tell whom a hash is of.
 */
export function createSubjectHash(key: string): (userId: string) => string {
  return (userId) => createHmac('sha256', key).update(userId).digest('hex').slice(0, 16);
}

import { createHmac, timingSafeEqual } from 'node:crypto';

// In place of your own sessions: a cookie with the user's id and a signature.

export function createCookie(userId: string): string {
  return `${userId}.${sign(userId)}`;
}

export function readUserId(cookie: string | undefined): string | null {
  // An id may contain dots, as an e-mail address does, and a signature contains none.
  const [, userId = '', signature = ''] = /^(.*)\.([^.]*)$/.exec(cookie ?? '') ?? [];
  const [given, expected] = [Buffer.from(signature), Buffer.from(sign(userId))];
  return given.length === expected.length && timingSafeEqual(given, expected) ? userId : null;
}

function sign(userId: string): string {
  const secret = process.env['SESSION_SECRET'];
  if (!secret) throw new Error('Set SESSION_SECRET.');
  return createHmac('sha256', secret).update(userId).digest('base64url');
}

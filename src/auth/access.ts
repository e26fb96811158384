import { ForbiddenError } from './auth.errors.ts';
import type { Caller } from './caller.ts';

/** @throws ForbiddenError when the caller's token does not carry the role */
export function requireRole(caller: Caller, role: string): void {
  if (!caller.roles.includes(role)) throw new ForbiddenError(`This operation needs the role "${role}".`);
}

import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { userIdSchema } from '../../customers/customer-directory.ts';
import { readPairs } from '../read-csv-rows.ts';
import { quote } from '../shell.ts';
import { getSource } from '../source-file.ts';
import type { ProductUser } from './proposal.ts';

export interface ReadUsers {
  readonly users: readonly ProductUser[];
  /** Lines that name nobody, and why. */
  readonly refusals: readonly { readonly line: number; readonly fault: string }[];
}

const userSchema = z.object({
  userId: userIdSchema,
  email: z
    .string()
    .max(512, 'an e-mail address has at most 512 characters')
    .regex(/^[^\s@]+@[^\s@]+$/, 'an e-mail address looks like ada@example.com'),
});

type UserRow =
  { readonly line: number; readonly user: ProductUser } | { readonly line: number; readonly fault: string };

/** Reads a product's users with their verified addresses; each user may be named once. @throws CommandError */
export async function readUsers(path: string): Promise<ReadUsers> {
  await getSource(path);
  const users = new Map<string, ProductUser>();
  const refusals: { line: number; fault: string }[] = [];
  const text = createReadStream(path, 'utf8');
  for await (const batch of readPairs(text, ['user_id', 'email'], toUserRow)) {
    for (const row of batch) {
      if ('fault' in row) refusals.push(row);
      else if (users.has(row.user.userId))
        refusals.push({ line: row.line, fault: `user ${quote(row.user.userId)} is named before` });
      else users.set(row.user.userId, row.user);
    }
  }
  return { users: [...users.values()], refusals };
}

function toUserRow(line: number, [userId, email]: readonly [string, string]): UserRow {
  const { data: user, error } = userSchema.safeParse({ userId, email });
  return user ? { line, user } : { line, fault: error.issues.map(({ message }) => message).join('; ') };
}

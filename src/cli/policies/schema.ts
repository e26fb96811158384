import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { policyFileSchema } from '../../policies/policy-file.schema.ts';
import { CommandError } from '../command-failure.ts';
import type { Shell } from '../shell.ts';

/** The JSON Schema of policy files. Every editor's YAML support knows draft 7. */
export function printPolicySchema(): string {
  const schema = z.toJSONSchema(policyFileSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** @param path undefined prints the schema */
export async function writePolicySchema(
  shell: Shell,
  path: string | undefined,
  check: boolean,
): Promise<void> {
  const schema = printPolicySchema();
  if (path === undefined) shell.stdout.write(schema);
  else if (!check) await writeFile(path, schema);
  else if ((await readFile(path, 'utf8').catch(() => '')) !== schema)
    throw new CommandError(`${path} is out of date. Run: npm run policies:schema`);
}

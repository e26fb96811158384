import { readFile, writeFile } from 'node:fs/promises';
import { printSchema } from 'graphql';
import * as z from 'zod';
import { printSubgraph } from '../graphql/schema-variants.ts';
import { composeApp } from '../app.ts';
import { loadHostedConfig } from '../config/config.ts';
import { policyFileSchema } from '../policies/policy-file.schema.ts';
import { CommandError, type Shell, failOn } from './shell.ts';

const header = '# Written from the code by `npm run schema`.\n\n';

/** The schema is the same for every deployment. */
const anyEnvironment = {
  LOG_LEVEL: 'silent',
  DATABASE_URL: 'sqlite::memory:',
  STRIPE_SECRET_KEY: 'sk_test_schema',
  RETURN_URLS: 'https://app.example.com',
};

export async function printServedSchema({ federation = false } = {}): Promise<string> {
  const identify = () => Promise.resolve(null);
  const app = await composeApp(loadHostedConfig(anyEnvironment), { identify });
  await app.stop();
  return federation ? `${printSubgraph(app.schema)}\n` : `${header}${printSchema(app.schema)}\n`;
}

/** The JSON Schema of policy files. Every editor's YAML support knows draft 7. */
export function printPolicySchema(): string {
  const schema = z.toJSONSchema(policyFileSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Writes a file, or prints the text when no file is named. With `check`, fails when the file differs from the text. */
export async function writeGenerated(
  { stdout }: Shell,
  text: string,
  { file, check = false }: { readonly file: string | undefined; readonly check?: boolean | undefined },
): Promise<void> {
  if (file === undefined && check) throw new CommandError('--check needs a file: name the one to check.');
  if (file === undefined) stdout.write(text);
  else if (!check) await writeFile(file, text).catch(failOn(file, 'written'));
  else if ((await readFile(file, 'utf8').catch(() => '')) !== text)
    throw new CommandError(`${file} is out of date. Run the command without --check to write it again.`);
}

import { readFile, writeFile } from 'node:fs/promises';
import { printSchema } from 'graphql';
import { createApp } from '../app.ts';
import { loadConfig } from '../config/config.ts';
import { CommandError } from './command-failure.ts';
import { createDemoEnvironment } from './demo/demo-environment.ts';

const header = '# Written from the code by `npm run schema`.\n\n';

/** The schema that `/graphql` serves, as text. */
export async function printServedSchema(): Promise<string> {
  const env = createDemoEnvironment(
    {},
    { databaseUrl: 'sqlite::memory:', stripeUrl: 'http://127.0.0.1', webOrigins: [] },
  );
  const app = await createApp(loadConfig({ ...env, LOG_LEVEL: 'silent' }));
  await app.stop();
  return `${header}${printSchema(app.schema)}\n`;
}

/** Writes the schema; with `check`, fails when the file differs from the schema. */
export async function writeSchema(path: string, options: { readonly check: boolean }): Promise<void> {
  const schema = await printServedSchema();
  if (!options.check) return writeFile(path, schema);
  if ((await readFile(path, 'utf8').catch(() => '')) === schema) return;
  throw new CommandError(`${path} is out of date. Run: npm run schema`);
}

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { findFreePort } from '../../test/helpers/server-process.ts';
import { nameCustomer, nameUser } from '../baselines/customers.ts';
import { startProgram } from './measured-process.ts';
import { type Postgres, startPostgres } from './postgres.ts';

export interface MongoServer {
  readonly description: string;
  urlOf(database: string): string;
  /** Makes lookups by key read an index, as they do on MongoDB; called when the collections are there. */
  indexKeys(): void;
  stop(): Promise<void>;
}

const howToGetIt =
  "run .ci/parts/ferretdb.sh and install PostgreSQL's server (Debian: postgresql), or set MONGODB_TEST_URL";

/** The server of MONGODB_TEST_URL, else FerretDB beside the stub; null, with a word, where there is neither. */
export async function startMongo(folder: string): Promise<MongoServer | null> {
  const url = process.env['MONGODB_TEST_URL'];
  if (url) {
    return {
      description: 'The server of MONGODB_TEST_URL',
      urlOf: (database) => nameDatabase(url, database),
      indexKeys: () => undefined,
      stop: () => Promise.resolve(),
    };
  }
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const command = join(cache, 'billing-portal-graphql/parts/ferretdb-1.24.2');
  const postgres = existsSync(command) ? await startPostgres() : null;
  if (postgres !== null) return startFerret(command, folder, postgres);
  process.stderr.write(`LEFT OUT: what needs a MongoDB server. To have it measured: ${howToGetIt}.\n`);
  return null;
}

async function startFerret(command: string, folder: string, postgres: Postgres): Promise<MongoServer> {
  const port = await findFreePort();
  const args = [
    '--handler=postgresql',
    `--postgresql-url=${postgres.url}`,
    `--listen-addr=127.0.0.1:${port}`,
    '--debug-addr=-',
    '--telemetry=disable',
    `--state-dir=${folder}`,
    '--log-level=error',
  ];
  const server = await startProgram({ command, args, port, core: 'load' });
  return {
    description: `FerretDB 1.24.2 over PostgreSQL ${postgres.version}`,
    urlOf: (database) => `mongodb://127.0.0.1:${port}/${database}`,
    indexKeys: () => postgres.run(indexEveryKey),
    stop: async () => {
      await server.stop();
      await postgres.stop();
    },
  };
}

function nameDatabase(url: string, database: string): string {
  return url.replace(/^([^/]+\/\/[^/?]+)(\/[^?]*)?/, `$1/${database}`);
}

/**
 * FerretDB 1.24 asks PostgreSQL whether a key contains what is looked for, which its own index cannot tell: without
 * one more, each lookup reads the whole collection.
 */
const indexEveryKey = `
  DO $$
  DECLARE place record;
  BEGIN
    FOR place IN
      SELECT table_schema AS schema, table_name AS name FROM information_schema.columns
      WHERE column_name = '_jsonb' AND table_name NOT LIKE '\\_ferretdb%'
    LOOP
      EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %I.%I USING gin ((_jsonb->''_id'')) WITH (fastupdate = off)',
        place.name || '_key', place.schema, place.name);
    END LOOP;
  END $$`;

export const tutorialDatabase = 'tutorial';
const documentsPerInsert = 1_000;

/** What the tutorial's model reads. */
export async function fillTutorialUsers(server: MongoServer, count: number): Promise<void> {
  const client = await mongo.MongoClient.connect(server.urlOf(tutorialDatabase));
  try {
    const users = client.db().collection<{ _id: string; stripeCustomerId: string }>('users');
    await users.deleteMany({});
    for (let start = 0; start < count; start += documentsPerInsert) {
      const places = Array.from(
        { length: Math.min(documentsPerInsert, count - start) },
        (_, at) => start + at,
      );
      await users.insertMany(
        places.map((index) => ({ _id: nameUser(index), stripeCustomerId: nameCustomer(index) })),
      );
    }
    server.indexKeys();
  } finally {
    await client.close();
  }
}

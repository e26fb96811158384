import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { findFreePort } from '../../test/helpers/server-process.ts';
import { nameCustomer, nameUser } from '../baselines/customers.ts';
import { startProgram } from './measured-process.ts';

export interface MongoServer {
  readonly url: string;
  readonly description: string;
  stop(): Promise<void>;
}

const howToGetIt = 'run .ci/parts/ferretdb.sh, or set MONGODB_TEST_URL';

/** The server of MONGODB_TEST_URL, else FerretDB beside the stub; null, with a word, where there is neither. */
export async function startMongo(folder: string): Promise<MongoServer | null> {
  const url = process.env['MONGODB_TEST_URL'];
  if (url) return { url, description: 'the server of MONGODB_TEST_URL', stop: () => Promise.resolve() };
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const command = join(cache, 'billing-portal-graphql/parts/ferretdb-1.24.2');
  if (!existsSync(command)) {
    process.stderr.write(`LEFT OUT: what needs a MongoDB server. To have it measured: ${howToGetIt}.\n`);
    return null;
  }
  const port = await findFreePort();
  const args = [
    '--handler=sqlite',
    `--sqlite-url=file:${folder}/`,
    `--listen-addr=127.0.0.1:${port}`,
    '--debug-addr=-',
    '--telemetry=disable',
    `--state-dir=${folder}`,
    '--log-level=error',
  ];
  const server = await startProgram({ command, args, port, core: 'load' });
  return {
    url: `mongodb://127.0.0.1:${port}/bench`,
    description: 'FerretDB 1.24.2',
    stop: () => server.stop(),
  };
}

const documentsPerInsert = 1_000;

/** What the tutorial's model reads. */
export async function fillTutorialUsers(url: string, count: number): Promise<void> {
  const client = await mongo.MongoClient.connect(url);
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
  } finally {
    await client.close();
  }
}

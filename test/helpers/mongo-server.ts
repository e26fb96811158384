import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { findOnPath, findPart } from './real-parts.ts';
import { findFreePort, startServerProcess } from './server-process.ts';

export const howToGetMongo = 'run .ci/parts/ferretdb.sh, put a mongod on the PATH, or set MONGODB_TEST_URL';

export interface MongoServer {
  readonly url: string;
  /** Which server it is, for people. */
  readonly description: string;
  /** The URL of a database of its own, which `stop` drops. */
  readonly createDatabaseUrl: () => string;
  /** Ends its process, and starts it again with what it has stored. A server of MONGODB_TEST_URL goes on. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** FerretDB with its files in this folder; null when it is not there. */
export async function startFerretdb(parent = tmpdir()): Promise<MongoServer | null> {
  const command = findPart('ferretdb-1.24.2');
  if (command === null) return null;
  const createArgs = (folder: string, port: number): string[] => [
    '--handler=sqlite',
    `--sqlite-url=file:${folder}/`,
    `--listen-addr=127.0.0.1:${port}`,
    '--debug-addr=-',
    '--telemetry=disable',
    `--state-dir=${folder}`,
    '--log-level=error',
  ];
  return startServer('FerretDB 1.24.2', command, createArgs, parent);
}

/** A MongoDB server: the one of MONGODB_TEST_URL, else a mongod, else FerretDB; null when there is none. */
export async function startMongoServer(): Promise<MongoServer | null> {
  const url = process.env['MONGODB_TEST_URL'];
  if (url) return createServer(url, 'the server of MONGODB_TEST_URL', foreignProcess);

  const mongod = findOnPath('mongod');
  if (mongod) {
    return startServer('mongod', mongod, (folder, port) => [
      '--dbpath',
      folder,
      '--bind_ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--quiet',
    ]);
  }
  return startFerretdb();
}

async function startServer(
  description: string,
  command: string,
  args: (folder: string, port: number) => string[],
  parent = tmpdir(),
): Promise<MongoServer> {
  const folder = await mkdtemp(join(parent, 'billing-portal-mongo-'));
  const port = await findFreePort();
  const start = () => startServerProcess(command, args(folder, port), port);
  let halt = await start();
  return createServer(`mongodb://127.0.0.1:${port}/`, description, {
    halt: () => halt(),
    resume: async () => {
      halt = await start();
    },
    remove: async () => {
      await halt();
      await rm(folder, { recursive: true, force: true });
    },
  });
}

type MongoProcess = Record<'halt' | 'resume' | 'remove', () => Promise<void>>;

const leaveAlone = (): Promise<void> => Promise.resolve();
const foreignProcess: MongoProcess = { halt: leaveAlone, resume: leaveAlone, remove: leaveAlone };

function createServer(url: string, description: string, process: MongoProcess): MongoServer {
  const databases: string[] = [];
  return {
    url,
    description,
    halt: process.halt,
    resume: process.resume,
    createDatabaseUrl: () => {
      const name = `test_${randomUUID().slice(0, 8)}`;
      databases.push(name);
      // Not by URL, which refuses a list of hosts.
      return url.replace(/^([^/]+\/\/[^/?]+)\/?[^?]*/, `$1/${name}`);
    },
    stop: async () => {
      const client = new mongo.MongoClient(url);
      for (const name of databases) await client.db(name).dropDatabase();
      await client.close();
      await process.remove();
    },
  };
}

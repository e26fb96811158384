import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import type { Environment } from '../../src/config/environment.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { trackPromise } from '../helpers/promises.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { createEnvironment, launchService } from './service-kit.ts';

/** A start that cannot succeed: what is wrong, what is said of it, and the exit code. */
type Case = readonly [fault: string, exitCode: number, said: RegExp, env: () => Environment];

let taken: Server;
let silentPort: number;
const folder = createTemporaryFolder();

beforeAll(async () => {
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  closeAfterTests(() => taken.close());
  const proxy = await startTcpProxy(1, 'hang');
  closeAfterTests(() => proxy.stop());
  silentPort = proxy.port;
  writeFileSync(join(folder, 'a-file'), '');
  mkdirSync(join(folder, 'a-folder'));
});

/** Returns the path. */
function lockDatabase(path: string): string {
  const database = new Database(path);
  database.exec('BEGIN EXCLUSIVE');
  closeAfterTests(() => database.close());
  return path;
}

const cases: readonly Case[] = [
  [
    'a port in use',
    1,
    /^Port \d+ is in use\. Stop the process that uses it, or set PORT or METRICS_PORT, the one that names it\.\n$/,
    () => ({ PORT: String((taken.address() as AddressInfo).port) }),
  ],
  [
    'a MongoDB that refuses connections',
    1,
    /^The database \(DATABASE_URL\) is unreachable: .*ECONNREFUSED.*\n$/,
    () => ({ DATABASE_URL: 'mongodb://planted:planted@127.0.0.1:1/billing' }),
  ],
  [
    'a MongoDB that never answers',
    1,
    /^The database \(DATABASE_URL\) is unreachable: .+\n$/,
    () => ({ DATABASE_URL: `mongodb://planted:planted@127.0.0.1:${silentPort}/billing` }),
  ],
  [
    'a SQLite database that another process has locked',
    1,
    /^The database \(DATABASE_URL\) is unreachable: database is locked\n$/,
    () => ({ DATABASE_URL: `sqlite:${lockDatabase(join(folder, 'locked.db'))}` }),
  ],
  [
    'a SQLite path below a file',
    78,
    /^Cannot open the SQLite database .*\n$/,
    () => ({ DATABASE_URL: `sqlite:${join(folder, 'a-file', 'billing.db')}` }),
  ],
  [
    'a SQLite path that is a folder',
    78,
    /^Cannot open the SQLite database .*\n$/,
    () => ({ DATABASE_URL: `sqlite:${join(folder, 'a-folder')}` }),
  ],
  [
    'a file that is no database',
    78,
    /^Cannot open the SQLite database .*\n$/,
    () => {
      writeFileSync(join(folder, 'text.db'), 'no database '.repeat(500));
      return { DATABASE_URL: `sqlite:${join(folder, 'text.db')}` };
    },
  ],
  [
    'faulty variables',
    78,
    /^Invalid configuration:\n {2}JWT_ISSUER: .*\n {2}RETURN_URLS: .*\n$/,
    () => ({ JWT_ISSUER: '', RETURN_URLS: 'ftp://shop.example' }),
  ],
  [
    'a policy file that is not there',
    78,
    /^Invalid policy file .*none\.yaml:\n {2}\(file\): .*\n$/,
    () => ({ PORTAL_POLICIES: join(folder, 'none.yaml') }),
  ],
];

describe('a start that cannot succeed says why, in a line, and ends with its exit code:', () => {
  test.each(cases)(
    '%s, %i',
    async (fault, exitCode, said, createFaults) => {
      const promise = trackPromise('start', `${fault}: said clearly, exit code ${exitCode}`);
      const start = performance.now();
      const { ended } = await launchService({
        ...createEnvironment('http://127.0.0.1:1'),
        ...createFaults(),
      });

      await promise.try(async () => {
        const { stderr, ...ending } = await ended;
        promise.measure(performance.now() - start);
        expect(stderr).toMatch(said);
        expect(stderr).not.toMatch(/^\s+at |planted|node:/m);
        expect(ending).toEqual({ exitCode, signal: null });
      });
    },
    60_000,
  );
});

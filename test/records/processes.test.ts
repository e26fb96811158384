import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { Leases } from '../../src/records/leases.ts';
import { bundleProgram } from '../helpers/bundled-program.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';

const program = bundleProgram(join(import.meta.dirname, 'leasing-process.ts'));
const key = 'customer:cus_1';
const rounds = 50;
const folder = createTemporaryFolder();
let files = 0;

const createPath = (): string => join(folder, `${(files += 1)}`);

async function startProcess(url: string, ...args: string[]): Promise<ChildProcess> {
  const child = fork(program, [url, key, ...args]);
  await once(child, 'message');
  return child;
}

async function withDatabase(url: string, use: (database: Database) => Promise<void>): Promise<void> {
  const database = await openDatabase({ url, scope: 'test' });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}

function describeProcesses(createUrl: () => string): void {
  test(`work on one thing one at a time, in ${rounds} rounds each`, async () => {
    const [url, file] = [createUrl(), createPath()];
    writeFileSync(file, '0');
    const children = await Promise.all(
      [1, 2].map(() => startProcess(url, file, String(rounds), String(60_000))),
    );
    const ends = children.map((child) => once(child, 'exit'));
    for (const child of children) child.send('go');

    expect(await Promise.all(ends)).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(readFileSync(file, 'utf8')).toBe(String(2 * rounds));
  }, 60_000);

  test('take over from one that was killed, once its lease has expired', async () => {
    const url = createUrl();
    const child = await startProcess(url, '', 'for ever', '1500');
    const held = once(child, 'message');
    child.send('go');
    await held;
    const end = once(child, 'exit');
    child.kill('SIGKILL');
    expect(await end).toEqual([null, 'SIGKILL']);

    await withDatabase(url, async ({ records }) => {
      const left = await records.find('lease', key);
      const takenAt = await new Leases(records).runExclusive(key, () => Promise.resolve(Date.now()));
      expect(takenAt).toBeGreaterThan(left?.expiresAt.getTime() ?? Infinity);
    });
  }, 30_000);
}

const server = await startMongoServer();

afterAll(() => server?.stop());

describeWithPart('two processes on SQLite', folder, '', () => {
  describeProcesses(() => `sqlite:${createPath()}.db`);
});

describeWithPart(
  `two processes on ${server?.description ?? 'MongoDB'}`,
  server,
  howToGetMongo,
  ({ createDatabaseUrl }) => {
    describeProcesses(createDatabaseUrl);
  },
);

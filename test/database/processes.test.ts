import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import type { MappingIds, LinkOutcome } from '../../src/customers/customer-directory.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { bundleProgram } from '../helpers/bundled-program.ts';
import { howToGetMongo, startMongoServer } from '../helpers/mongo-server.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { collectUserIds, createLinks } from './directory-assertions.ts';

const program = bundleProgram(join(import.meta.dirname, 'linking-process.ts'));

/** Gives each list of links to a process of its own, all starting together on a database that is new to them. */
async function linkInProcesses(url: string, lists: readonly MappingIds[][]): Promise<LinkOutcome[][]> {
  const children = lists.map(() => fork(program, [url]));
  await Promise.all(children.map((child) => once(child, 'message')));
  return Promise.all(
    children.map(async (child, index) => {
      const answer = once(child, 'message');
      const end = once(child, 'exit');
      child.send(lists[index] ?? []);
      const [outcomes] = (await answer) as [LinkOutcome[]];
      expect(await end).toEqual([0, null]);
      return outcomes;
    }),
  );
}

function describeProcesses(createUrl: () => string): void {
  test('give each user to one of two processes', async () => {
    const url = createUrl();
    const [mine = [], theirs = []] = await linkInProcesses(url, [
      createLinks(100, 'user', 'cus_a'),
      createLinks(100, 'user', 'cus_b'),
    ]);
    for (const [index, outcome] of mine.entries()) {
      expect([outcome, theirs[index]].sort()).toEqual(['linked', 'user_taken']);
    }
    const database = await openDatabase({ url, scope: 'test' });
    expect(await collectUserIds(database.customers, 60)).toHaveLength(100);
    await database.close();
  }, 30_000);

  test('give each customer to one of two processes', async () => {
    const [mine = [], theirs = []] = await linkInProcesses(createUrl(), [
      createLinks(100, 'ada', 'cus_'),
      createLinks(100, 'bob', 'cus_'),
    ]);
    for (const [index, outcome] of mine.entries()) {
      expect([outcome, theirs[index]].sort()).toEqual(['customer_taken', 'linked']);
    }
  }, 30_000);
}

const folder = mkdtempSync(join(tmpdir(), 'billing-portal-sqlite-'));
const server = await startMongoServer();

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server?.stop();
});

let files = 0;
describeWithPart('links of two processes on SQLite', folder, '', () => {
  describeProcesses(() => `sqlite:${join(folder, `${(files += 1)}.db`)}`);
});

test('an import leaves other processes their turns', async () => {
  const url = `sqlite:${join(folder, 'import.db')}`;
  const database = await openDatabase({ url, scope: 'test' });
  const importing = fork(join(import.meta.dirname, 'importing-process.ts'), [url, '100000'], {
    execArgv: ['--import', 'tsx'],
  });
  await once(importing, 'message');
  for (let linked = 0; importing.exitCode === null; linked += 1) {
    await database.customers.link({ userId: `other_${linked}`, stripeCustomerId: `cus_other_${linked}` });
    await sleep(50);
  }
  await database.close();
  expect(importing.exitCode).toBe(0);
}, 60_000);

describeWithPart(
  `links of two processes on ${server?.description ?? 'MongoDB'}`,
  server,
  howToGetMongo,
  (running) => {
    describeProcesses(running.createDatabaseUrl);
  },
);

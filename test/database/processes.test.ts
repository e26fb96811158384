import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import Libsql from 'libsql';
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

test('an erasure looks through a long audit trail without keeping other processes from writing', async () => {
  const path = join(folder, 'erasure.db');
  const url = `sqlite:${path}`;
  const database = await openDatabase({ url, scope: 'test' });
  fillTrail(path, 400_000);
  const erasing = fork(join(import.meta.dirname, 'erasing-process.ts'), [url], {
    execArgv: ['--import', 'tsx'],
  });
  const messages: unknown[] = [];
  erasing.on('message', (message) => messages.push(message));
  await once(erasing, 'message');
  const waits: number[] = [];
  for (let linked = 0; messages.length < 2; linked += 1) {
    const start = performance.now();
    await database.customers.link({ userId: `other_${linked}`, stripeCustomerId: `cus_other_${linked}` });
    waits.push(performance.now() - start);
    await sleep(1);
  }
  const { count, ms } = messages[1] as { readonly count: number; readonly ms: number };

  expect(count).toBe(400);
  expect(Math.max(...waits)).toBeLessThan(ms / 2);
  await database.close();
}, 60_000);

/** Fills an audit trail with sessions of a thousand users. */
function fillTrail(path: string, entries: number): void {
  const file = new Libsql(path);
  file
    .prepare(
      `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ? - 1)
       INSERT INTO audit (scope, operation_id, step, at, actor, actor_kind, action, user_id, target, details)
       SELECT 'test', printf('%024x', n), 'intended', 0, 'stripe', 'stripe', 'report_portal_session',
         'user_' || (n % 1000), 'cus_' || (n % 1000), '{}' FROM numbers`,
    )
    .run([entries]);
  file.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  file.close();
}

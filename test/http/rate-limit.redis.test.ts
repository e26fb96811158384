import { createClient } from '@redis/client';
import { beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeAfterTests } from '../helpers/closing.ts';
import { describeWithPart } from '../helpers/real-parts.ts';
import { askRedis, findRedisServer, howToGetRedis, startRedisServer } from '../helpers/redis-server.ts';
import { findFreePort } from '../helpers/server-process.ts';
import { type TcpProxy, startTcpProxy } from '../helpers/tcp-proxy.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

describeWithPart(
  'RATE_LIMIT over replicas that share a Redis',
  findRedisServer(),
  howToGetRedis,
  (command) => {
    let port: number;
    let stopRedis: () => Promise<void>;
    let proxy: TcpProxy;

    beforeAll(async () => {
      port = await findFreePort();
      stopRedis = await startRedisServer(command, port);
      closeAfterTests(() => stopRedis());
      proxy = await startTcpProxy(port);
      closeAfterTests(() => proxy.stop());
    });

    const createReplica = (env: Readonly<Record<string, string>> = {}): Promise<TestApp> =>
      createTestApp({ RATE_LIMIT: '3/1h', REDIS_URL: `redis://127.0.0.1:${proxy.port}`, ...env });

    const send = async (app: TestApp, userId?: string): Promise<number> => {
      const token = userId === undefined ? undefined : await app.createToken({ userId });
      return (await app.fetch('/billing-portal', { token })).status;
    };

    const readKeys = async (): Promise<string[]> => {
      const client = createClient({ url: `redis://127.0.0.1:${port}` });
      await client.connect();
      const keys = await client.keys('*');
      client.destroy();
      return keys;
    };

    /** The log lines about Redis, by level: 40 is a warning, 30 is information. */
    const readReports = ({ logs }: TestApp): [number, string][] =>
      logs
        .map((line) => JSON.parse(line) as { level: number; msg: string })
        .filter(({ msg }) => msg.startsWith('Redis'))
        .map(({ level, msg }) => [level, msg.slice(0, 'Redis reachable again'.length)]);

    test('counts a subject over all replicas, and no other with it', async () => {
      const [one, two] = [await createReplica(), await createReplica()];

      const statuses: number[] = [];
      for (const app of [one, two, one, two, one]) statuses.push(await send(app, 'ada'));

      expect(statuses).toEqual([400, 400, 400, 429, 429]);
      expect(await send(two, 'bob')).toBe(400);
      expect(readReports(one)).toEqual([]);
    });

    test('a replica that starts later knows the counts', async () => {
      const statuses: number[] = [];
      for (let sent = 0; sent < 4; sent += 1) statuses.push(await send(await createReplica(), 'grace'));

      expect(statuses).toEqual([400, 400, 400, 429]);
    });

    test('keeps no user id and no address in Redis, and nothing without an expiry', async () => {
      await send(await createReplica(), 'linus@example.com');

      const keys = await readKeys();
      expect(keys.join()).not.toMatch(/linus|127\.0/);
      expect(keys.every((key) => /^billing-portal:(subject|address):[\w-]{43}$/.test(key))).toBe(true);

      const client = createClient({ url: `redis://127.0.0.1:${port}` });
      await client.connect();
      for (const key of keys) expect(await client.ttl(key)).toBeGreaterThan(0);
      client.destroy();
    });

    test('goes on in memory when Redis stops, and in Redis when it returns', async () => {
      const app = await createReplica();
      await send(app, 'alan');

      await stopRedis();
      const statuses: number[] = [];
      for (let sent = 0; sent < 5; sent += 1) statuses.push(await send(app, 'alan'));
      expect(statuses).toEqual([400, 400, 400, 429, 429]);
      expect((await app.fetch('/readyz')).status).toBe(200);
      expect(readReports(app)).toEqual([[40, 'Redis unreachable, re']]);

      stopRedis = await startRedisServer(command, port);
      while (readReports(app).length < 2) {
        await send(app, `user-${app.logs.length}`);
        await sleep(400);
      }
      expect(readReports(app)).toEqual([
        [40, 'Redis unreachable, re'],
        [30, 'Redis reachable again'],
      ]);
      expect(await send(app, 'alan')).toBe(400);
      expect((await readKeys()).length).toBeGreaterThan(0);
    });

    test('a Redis that takes no writes, as in a failover, costs one request a second a moment, and the others nothing', async () => {
      const app = await createReplica({ RATE_LIMIT: '500/1h' });
      await send(app, 'edsger');
      const client = createClient({ url: `redis://127.0.0.1:${port}` });
      await client.connect();
      await client.sendCommand(['CLIENT', 'PAUSE', '60000', 'WRITE']);

      const first = await measure(() => send(app, 'edsger'));
      const others = await measure(async () => {
        const statuses = new Set<number>();
        for (let sent = 0; sent < 10; sent += 1) statuses.add(await send(app, 'edsger'));
        return statuses;
      });
      await sleep(1_100);
      const later = await Promise.all(Array.from({ length: 20 }, () => measure(() => send(app, 'edsger'))));
      await client.sendCommand(['CLIENT', 'UNPAUSE']);
      client.destroy();

      expect(first.result).toBe(400);
      expect([...others.result]).toEqual([400]);
      expect(first.ms).toBeGreaterThan(400);
      expect(others.ms).toBeLessThan(10 * 400);
      expect(later.filter(({ ms }) => ms > 400)).toHaveLength(1);
      expect(readReports(app).length).toBe(1);
    });

    test('replaces a connection that is dead without a sign, and keeps one that is idle', async () => {
      const limit = { RATE_LIMIT: '500/1h' };
      const outage = [
        [40, 'Redis unreachable, re'],
        [30, 'Redis reachable again'],
      ];
      const idle = await createReplica({ REDIS_URL: `redis://127.0.0.1:${port}` });
      const busy = await createReplica(limit);
      proxy.setMode('hang');
      const start = performance.now();
      const connecting = await createReplica(limit);
      proxy.setMode('pass');

      for (const [app, ms] of [
        [busy, 12_000],
        [connecting, 20_000],
      ] as const) {
        while (readReports(app).length < 2 && performance.now() - start < ms) {
          await send(app, 'barbara');
          await sleep(100);
        }
        expect(readReports(app)).toEqual(outage);
      }
      expect(readReports(idle)).toEqual([]);
    }, 40_000);

    test('leaves a former primary, which answers but takes no writes, for the one that its name leads to now', async () => {
      const newPort = await findFreePort();
      closeAfterTests(await startRedisServer(command, newPort));
      const app = await createReplica({ RATE_LIMIT: '500/1h' });
      await send(app, 'radia');

      proxy.setTarget(newPort);
      await askRedis(port, 'REPLICAOF', '127.0.0.1', '1');
      const start = performance.now();
      let keys: unknown = [];
      while ((keys as string[]).length === 0 && performance.now() - start < 6_000) {
        expect(await send(app, 'radia')).toBe(400);
        await sleep(100);
        keys = await askRedis(newPort, 'KEYS', '*');
      }
      await askRedis(port, 'REPLICAOF', 'NO', 'ONE');
      proxy.setTarget(port);

      expect(keys).not.toEqual([]);
    });

    /** Sends requests of different users, for longer than the client waits between two pings. */
    const sendForLong = async (app: TestApp): Promise<ReadonlySet<number>> => {
      const statuses = new Set<number>();
      const start = performance.now();
      while (performance.now() - start < 7_000) {
        statuses.add(await send(app, `user-${performance.now()}`));
        await sleep(100);
      }
      return statuses;
    };

    test('is content with a user who may run the scripts and nothing else', async () => {
      const commands = ['+eval', '+set', '+incrby', '+pttl', '+expire'];
      await askRedis(port, 'ACL', 'SETUSER', 'limiter', 'on', '>secret', '~billing-portal:*', ...commands);
      const url = `redis://limiter:secret@127.0.0.1:${port}`;
      const app = await createReplica({ RATE_LIMIT: '500/1h', REDIS_URL: url });

      expect([...(await sendForLong(app))]).toEqual([400]);
      expect(readReports(app)).toEqual([]);
    });

    test('reports one outage of a server that takes some keys and refuses others, as in a cluster', async () => {
      const clusterPort = await findFreePort();
      const options = ['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no'];
      closeAfterTests(await startRedisServer(command, clusterPort, options));
      await askRedis(clusterPort, 'CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
      const url = `redis://127.0.0.1:${clusterPort}`;
      const app = await createReplica({ RATE_LIMIT: '500/1h', REDIS_URL: url });

      expect([...(await sendForLong(app))]).toEqual([400]);
      expect(readReports(app)).toEqual([[40, 'Redis unreachable, re']]);
      expect(await askRedis(clusterPort, 'DBSIZE')).toBeGreaterThan(2);
    });

    test.each(['refuse', 'hang'] as const)('a service starts without its Redis: %s', async (mode) => {
      proxy.setMode(mode);
      const app = await createReplica();

      expect(await send(app, 'ada')).toBe(400);
      expect((await app.fetch('/readyz')).status).toBe(200);
      expect(readReports(app)).toEqual([[40, 'Redis unreachable, re']]);
    });
  },
);

async function measure<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const begin = performance.now();
  return { result: await work(), ms: performance.now() - begin };
}

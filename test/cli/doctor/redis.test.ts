import { beforeAll, expect, test } from '@jest/globals';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeAfterTests } from '../../helpers/closing.ts';
import { describeWithPart } from '../../helpers/real-parts.ts';
import { askRedis, findRedisServer, howToGetRedis, startRedisServer } from '../../helpers/redis-server.ts';
import { findFreePort } from '../../helpers/server-process.ts';
import { examineFor } from './doctor-kit.ts';

const warning = /^warn: each replica counts on its own, since Redis cannot be used: /;

test.each([
  ['says nothing without REDIS_URL', {}, []],
  [
    'is skipped where nothing is counted',
    { REDIS_URL: 'redis://127.0.0.1:1', RATE_LIMIT: 'off' },
    ['skip: RATE_LIMIT is off, so REDIS_URL is not used'],
  ],
  [
    'is skipped where a variable cannot be read',
    { REDIS_URL: 'localhost:6379' },
    ['skip: REDIS_URL or RATE_LIMIT cannot be read'],
  ],
])('the check of Redis %s', async (_title, env, lines) => {
  expect(await examineFor('redis', env)).toEqual(lines);
});

test('the check of Redis warns when nothing listens', async () => {
  const found = await examineFor('redis', { REDIS_URL: `redis://127.0.0.1:${await findFreePort()}` });

  expect(found).toEqual([expect.stringMatching(warning)]);
});

test('the check of Redis warns when the server speaks something else', async () => {
  const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const port = await findFreePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  closeAfterTests(() => new Promise((resolve) => server.close(resolve)));

  const found = await examineFor('redis', { REDIS_URL: `redis://127.0.0.1:${port}` });

  expect(found).toEqual([expect.stringMatching(warning)]);
});

describeWithPart('the check of a Redis', findRedisServer(), howToGetRedis, (command) => {
  let port: number;

  beforeAll(async () => {
    port = await findFreePort();
    const stop = await startRedisServer(command, port);
    closeAfterTests(stop);
    await askRedis(port, 'ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+@all', '-@write');
  });

  test('passes where it runs the scripts of the service', async () => {
    expect(await examineFor('redis', { REDIS_URL: `redis://127.0.0.1:${port}/1` })).toEqual([
      'pass: Redis answers: replicas share their rate limits',
    ]);
  });

  test.each([
    ['refuses the password', 'reader:wrong', 'WRONGPASS'],
    ['lets the user read only', 'reader:secret', 'run this command'],
  ])('warns where it %s, and does not repeat the password', async (_title, user, reason) => {
    const [found = ''] = await examineFor('redis', { REDIS_URL: `redis://${user}@127.0.0.1:${port}` });

    expect(found).toMatch(warning);
    expect(found).toContain(reason);
    expect(found).not.toMatch(/wrong@|secret@/);
  });

  test('warns where it is one server of a cluster, which takes some keys only', async () => {
    const clusterPort = await findFreePort();
    const options = ['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no'];
    closeAfterTests(await startRedisServer(command, clusterPort, options));
    // With the slot of one key of the check.
    await askRedis(clusterPort, 'CLUSTER', 'ADDSLOTSRANGE', '8192', '12287');
    while (!String(await askRedis(clusterPort, 'CLUSTER', 'INFO')).includes('cluster_state:ok'))
      await sleep(50);

    const found = await examineFor('redis', { REDIS_URL: `redis://127.0.0.1:${clusterPort}` });

    expect(found).toEqual([expect.stringMatching(warning)]);
  });
});

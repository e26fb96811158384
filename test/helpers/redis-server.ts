import { createClient } from '@redis/client';
import { createTemporaryFolder } from './temporary-folder.ts';
import { findOnPath, findPart } from './real-parts.ts';
import { startServerProcess } from './server-process.ts';

export const howToGetRedis = 'run .ci/parts/redis.sh, or put a redis-server on the PATH';

export function findRedisServer(): string | null {
  return findOnPath('redis-server') ?? findPart('redis/redis-server');
}

/** Starts a Redis of its own that keeps nothing, and returns what stops it. It may be started on a port again. */
export function startRedisServer(
  command: string,
  port: number,
  furtherOptions: readonly string[] = [],
): Promise<() => Promise<void>> {
  const options = [
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    createTemporaryFolder(),
    '--loglevel',
    'warning',
  ];
  return startServerProcess(command, ['--port', String(port), ...options, ...furtherOptions], port);
}

/** Runs one command, as an operator does. */
export async function askRedis(port: number, ...command: string[]): Promise<unknown> {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

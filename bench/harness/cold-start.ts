import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Asked } from './load.ts';
import { spawnProgram } from './measured-process.ts';
import type { Target } from './targets.ts';

/** How often the server is asked until it answers: the measurement is no finer than this. */
const retryMs = 2;

/** Milliseconds from starting the process until it has answered with a session. */
export async function timeStart({ program, asked }: Pick<Target, 'program' | 'asked'>): Promise<number> {
  const start = performance.now();
  const child = spawnProgram(program);
  const exited = once(child, 'exit');
  try {
    while (!(await answers(asked))) {
      if (child.exitCode !== null) throw new Error(`${program.args.join(' ')} ended`);
      await sleep(retryMs);
    }
    return performance.now() - start;
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** False while the port refuses connections. @throws Error for a wrong answer */
async function answers({ port, path, requests: [request], isRight }: Asked): Promise<boolean> {
  if (request === undefined) throw new Error('There are no requests to send.');
  const { headers, body, customer } = request;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { ...headers, connection: 'close' },
    body,
  }).catch(() => null);
  if (response === null) return false;
  const text = await response.text();
  if (response.status !== 200 || !isRight(text, customer))
    throw new Error(`No session: ${response.status} ${text}`);
  return true;
}

import { setTimeout as wait } from 'node:timers/promises';

const patienceMs = 10_000;

/** Asks again and again until there is something; a test that waits for it in vain ends. */
export async function waitUntil<T>(what: string, find: () => T | undefined): Promise<T> {
  for (const end = performance.now() + patienceMs; performance.now() < end;) {
    const found = find();
    if (found !== undefined) return found;
    await wait(5);
  }
  throw new Error(`Waited in vain for ${what}.`);
}

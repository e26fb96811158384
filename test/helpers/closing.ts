import { afterAll } from '@jest/globals';

const closers: (() => unknown)[] = [];

// Registered on import, since hooks cannot be added once tests run.
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** Closes something after the last test of the file, in the reverse order of opening. */
export function closeAfterTests(close: () => unknown): void {
  closers.push(close);
}

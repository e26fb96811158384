import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, test } from '@jest/globals';

/** The path of something that the scripts in .ci/parts have built; null when they were not run. */
export function findPart(name: string): string | null {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const path = join(cache, 'billing-portal-graphql', 'parts', name);
  return existsSync(path) ? path : null;
}

export function findOnPath(program: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find(existsSync) ?? null;
}

/**
 * Describes behaviour that needs a real part. Without the part the tests are skipped, loudly; with
 * REQUIRE_REAL_PARTS=1 they fail instead.
 */
export function describeWithPart<T>(
  title: string,
  part: T | null,
  howToGetIt: string,
  define: (part: T) => void,
): void {
  if (part !== null) {
    describe(title, () => define(part));
  } else if (process.env['REQUIRE_REAL_PARTS'] === '1') {
    test(title, () => {
      throw new Error(`REQUIRE_REAL_PARTS=1 and a part is missing: ${howToGetIt}`);
    });
  } else {
    process.stderr.write(`\nSKIPPED: ${title}. To run these tests: ${howToGetIt}\n`);
    test.skip(`${title}: skipped, ${howToGetIt}`, () => undefined);
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAfterTests } from './closing.ts';

/** A folder of the test file's own, removed after its last test. */
export function createTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'billing-portal-test-'));
  closeAfterTests(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

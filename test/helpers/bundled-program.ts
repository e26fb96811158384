import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { closeAfterTests } from './closing.ts';

const root = join(import.meta.dirname, '../..');
let bundled = 0;

/**
 * Bundles a program as the service is bundled, since a bundle starts in a quarter of the time, and returns the file. It is
 * within the project, where it finds the packages that a bundle leaves outside.
 */
export function bundleProgram(path: string): string {
  const folder = join(root, `output/test-bundle-${process.pid}-${(bundled += 1)}`);
  closeAfterTests(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/bundle.ts', folder, path], { cwd: root });
  return join(folder, 'main.js');
}

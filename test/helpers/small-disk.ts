import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { closeAfterTests } from './closing.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

/** A disk that can be filled and emptied. */
export interface SmallDisk {
  readonly folder: string;
  fill(): void;
  empty(): void;
}

export const howToGetSmallDisk = 'run them as root on Linux, where a tmpfs can be mounted';

/** Null where this process may not mount it. */
export function mountSmallDisk(kilobytes = 512): SmallDisk | null {
  const folder = createTemporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return null;
  }
  closeAfterTests(() => execFileSync('umount', ['--lazy', folder]));
  const filling = join(folder, 'filling');
  return {
    folder,
    fill: () => [65_536, 4_096, 1].forEach((size) => appendUntilFull(filling, Buffer.alloc(size))),
    empty: () => rmSync(filling, { force: true }),
  };
}

function appendUntilFull(path: string, piece: Buffer): void {
  try {
    for (;;) appendFileSync(path, piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

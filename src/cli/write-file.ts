import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chmod, chown, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';

/** Where to write a file, behind links to it, and what is there so far. */
export interface Place {
  readonly path: string;
  readonly earlier: Stats | null;
}

export async function findPlace(file: string): Promise<Place> {
  const path = await realpath(file).catch(() => file);
  return { path, earlier: await stat(path).catch(() => null) };
}

/** Writes the whole file. A failure, such as a full disk, keeps the earlier file, or leaves none. */
export async function writeWhole({ path, earlier }: Place, text: string, isSecret: boolean): Promise<void> {
  if (earlier === null) return writeNew(path, text, isSecret);
  const beside = `${path}.${randomUUID()}`;
  try {
    await writeNew(beside, text, isSecret);
    // The earlier file's group may be the service's. Another group, and others, never read the secrets.
    const isOfGroup = await chown(beside, earlier.uid, earlier.gid).then(
      () => true,
      () => false,
    );
    const readable = isOfGroup ? 0o770 : 0o700;
    await chmod(beside, earlier.mode & (isSecret ? readable : 0o777));
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

async function writeNew(path: string, text: string, isSecret: boolean): Promise<void> {
  try {
    await writeFile(path, text, { mode: isSecret ? 0o600 : 0o666, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(path, { force: true });
    throw error;
  }
}

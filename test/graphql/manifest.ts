import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';

/** Writes a manifest of trusted documents, and returns its path. */
export function writeManifest(content: object | string): string {
  const file = join(createTemporaryFolder(), 'persisted-documents.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

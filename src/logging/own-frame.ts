import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Null for a file without a source map. */
const sourceMaps = new Map<string, SourceMap | null>();

/** Finds the first frame in this service's sources. Node's `--enable-source-maps` would translate all stacks of the Stripe SDK, too. */
export function findOwnFrame(stack = ''): string | undefined {
  for (const frame of stack.split('\n')) {
    if (frame.includes('node_modules')) continue;
    const own = /\/src\/([\w./-]+\.ts:\d+):\d+/.exec(frame)?.[1] ?? translate(frame);
    if (own !== undefined) return own;
  }
  return undefined;
}

function translate(frame: string): string | undefined {
  const [, url, line, column] = /(file:\/\/\S+\.js):(\d+):(\d+)\)?$/.exec(frame) ?? [];
  if (url === undefined) return undefined;
  const entry = findSourceMap(fileURLToPath(url))?.findEntry(Number(line) - 1, Number(column) - 1);
  if (entry === undefined || !('originalSource' in entry)) return undefined;
  const [, file] = /^(?:\.\.\/)*src\/([\w./-]+\.ts)$/.exec(entry.originalSource) ?? [];
  return file === undefined ? undefined : `${file}:${entry.originalLine + 1}`;
}

/** An unreadable map, such as one that a build is writing, costs the log the place of a failure, and nothing else. */
function findSourceMap(path: string): SourceMap | null {
  const known = sourceMaps.get(path);
  if (known !== undefined) return known;
  const file = `${path}.map`;
  try {
    const found = existsSync(file)
      ? new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as ConstructorParameters<typeof SourceMap>[0])
      : null;
    sourceMaps.set(path, found);
    return found;
  } catch {
    return null;
  }
}

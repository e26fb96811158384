import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';

/** Where the build has put this, and all that belongs to it. */
const builtFolder = new URL('.', import.meta.url).href;

/** By the name of the built file. Read when an error is logged: most processes never need one. */
const maps = new Map<string, SourceMap | null>();

/** The first frame of a stack in this service's own sources: `portal/portal-session.service.ts:41`. */
export function findOwnFrame(stack = ''): string | undefined {
  for (const frame of stack.split('\n')) {
    const place = findSource(frame) ?? findBuilt(frame);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** Sources run as they are, or Node was told to translate stacks itself. */
function findSource(frame: string): string | undefined {
  return frame.includes('node_modules') ? undefined : /^.*\/src\/([\w./-]+\.ts:\d+):\d+/.exec(frame)?.[1];
}

/** The build puts packages into the same files. Only their map tells whose a line is. */
function findBuilt(frame: string): string | undefined {
  const start = frame.indexOf(builtFolder);
  if (start === -1) return undefined;
  const [, file, line, column] =
    /^([\w./-]+\.js):(\d+):(\d+)/.exec(frame.slice(start + builtFolder.length)) ?? [];
  if (file === undefined) return undefined;
  const map = getMap(file);
  if (map === null) return `${file}:${line}`;
  const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
  if (!('originalSource' in entry)) return undefined;
  const source = /^(?:\.\.\/)+src\/(.+)$/.exec(entry.originalSource)?.[1];
  return source === undefined ? undefined : `${source}:${entry.originalLine + 1}`;
}

function getMap(file: string): SourceMap | null {
  const known = maps.get(file);
  if (known !== undefined) return known;
  const map = loadMap(file);
  maps.set(file, map);
  return map;
}

/** Null when there is none that can be read. */
function loadMap(file: string): SourceMap | null {
  try {
    const text = readFileSync(new URL(`${file}.map`, builtFolder), 'utf8');
    return new SourceMap(JSON.parse(text) as SourceMapPayload);
  } catch {
    return null;
  }
}

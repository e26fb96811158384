import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly children?: readonly number[];
}

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Share {
  readonly name: string;
  /** Of the time that was not idle, from 0 to 1. */
  readonly share: number;
}

/**
 * Where time went in the last seconds of a profile that `node --cpu-prof` wrote: by the package that spent it, or had
 * Node spend it; and by the function that was running.
 */
export function readCpuProfile(
  file: string,
  seconds: number,
): { readonly packages: readonly Share[]; readonly functions: readonly Share[]; readonly busy: number } {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const selfTimes = sumSelfTimes(profile, seconds * 1e6);
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let [busy, idle] = [0, 0];
  for (const [id, time] of selfTimes) {
    const name = nodes.get(id)?.callFrame.functionName ?? '';
    if (name === '(idle)') {
      idle += time;
      continue;
    }
    busy += time;
    const frames = getStack(id, nodes, parents);
    const place = frames.map(findSource).find((source) => source !== '');
    const caller = frames.map(findSource).find((source) => source.startsWith('file:'));
    add(packages, findPackage(caller ?? place ?? name), time);
    add(functions, `${findPackage(place ?? name)}: ${name || '(anonymous)'}`, time);
  }
  return { packages: rank(packages, busy), functions: rank(functions, busy), busy: busy / (busy + idle) };
}

function sumSelfTimes({ samples, timeDeltas }: CpuProfile, microseconds: number): Map<number, number> {
  const times = new Map<number, number>();
  let left = microseconds;
  for (let at = samples.length - 1; at >= 0 && left > 0; at -= 1) {
    const [id = 0, delta = 0] = [samples[at], timeDeltas[at]];
    add(times, id, delta);
    left -= delta;
  }
  return times;
}

function add<K>(sums: Map<K, number>, key: K, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

function rank(sums: ReadonlyMap<string, number>, whole: number): Share[] {
  return [...sums]
    .map(([name, sum]) => ({ name, share: sum / whole }))
    .sort((one, other) => other.share - one.share);
}

/** The frames from a node up to the root. */
function getStack(
  id: number,
  nodes: ReadonlyMap<number, ProfileNode>,
  parents: ReadonlyMap<number, number>,
): ProfileNode['callFrame'][] {
  const frames: ProfileNode['callFrame'][] = [];
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const node = nodes.get(at);
    if (node !== undefined) frames.push(node.callFrame);
  }
  return frames;
}

const maps = new Map<string, SourceMap | null>();

/** The file that a place in the bundle comes from; the file itself where there is no map. */
function findSource({ url, lineNumber, columnNumber }: ProfileNode['callFrame']): string {
  if (!url.startsWith('file:')) return url;
  if (!maps.has(url)) maps.set(url, loadMap(fileURLToPath(url)));
  const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
  return entry !== undefined && 'originalSource' in entry ? `file:${entry.originalSource}` : url;
}

function loadMap(file: string): SourceMap | null {
  const map = `${file}.map`;
  return existsSync(map)
    ? new SourceMap(JSON.parse(readFileSync(map, 'utf8')) as ConstructorParameters<typeof SourceMap>[0])
    : null;
}

function findPackage(source: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
  if (name !== undefined) return name;
  const [, room] = /\/(?:src|dist)\/(\w[\w-]*)/.exec(source) ?? [];
  if (room !== undefined) return `src/${room}`;
  return source.split('/').slice(0, 2).join('/');
}

import { type SourceMapSegment, decode, encode } from '@jridgewell/sourcemap-codec';

interface SourceMapFile {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly mappings: string;
}

/**
 * Leaves in a source map which line of this project's own sources a place comes from. The service reads a map when it first
 * logs an error: a whole one, with the packages and each name's column, would hold up its requests for a fifth of a second.
 */
export function keepOwnLines(text: string): string {
  const { version, sources, mappings } = JSON.parse(text) as SourceMapFile;
  const own = sources.filter((source) => !source.includes('node_modules'));
  const places = sources.map((source) => own.indexOf(source));
  let last = '';
  const kept = decode(mappings).map((segments) =>
    segments
      .map((segment) => toOwn(segment, places))
      .filter((segment, position) => {
        const [, ...origin] = segment;
        const before = last;
        last = origin.join();
        // At the start of a line not all readers look at the one above.
        return last !== before || (position === 0 && last !== '');
      }),
  );
  return JSON.stringify({ version, sources: own, names: [], mappings: encode(kept) });
}

/** From this column of a built line on, what stands there comes from this line of a source; from none of ours where it says no more. */
function toOwn(segment: SourceMapSegment, places: readonly number[]): SourceMapSegment {
  if (segment.length === 1) return segment;
  const [column, source, line] = segment;
  const place = places[source] ?? -1;
  return place < 0 ? [column] : [column, place, line, 0];
}

import { appendFileSync } from 'node:fs';
import { closeAfterTests } from './closing.ts';

export type PromiseArea = 'Stripe' | 'database' | 'stop' | 'start' | 'tokens' | 'memory';

/** How often something that the service promises was tried, and how often it held. */
export interface PromiseReport {
  readonly area: PromiseArea;
  readonly promise: string;
  readonly tried: number;
  readonly held: number;
  /** What was measured on the way, for people. */
  readonly seen: string;
}

/** Adds a row to the table of `npm run faults`; elsewhere nobody asks for it. */
export function recordPromise(report: PromiseReport): void {
  const file = process.env['PROMISES_FILE'];
  if (file) appendFileSync(file, `${JSON.stringify(report)}\n`);
}

/** Counts over the tests of a file how often a promise is tried and held; told after the last of them. */
export class TrackedPromise {
  private tried = 0;
  private held = 0;
  private readonly times: number[] = [];
  private readonly notes: string[] = [];

  constructor(
    private readonly area: PromiseArea,
    private readonly promise: string,
  ) {}

  /** Tries it once: it has held when nothing is thrown. */
  async try<T>(attempt: () => T | Promise<T>): Promise<T> {
    this.tried += 1;
    const result = await attempt();
    this.held += 1;
    return result;
  }

  /** Counts what was tried in numbers. */
  count(tried: number, held: number): void {
    this.tried += tried;
    this.held += held;
  }

  measure(ms: number): void {
    this.times.push(ms);
  }

  note(text: string): void {
    this.notes.push(text);
  }

  report(): PromiseReport {
    const { area, promise, tried, held } = this;
    return { area, promise, tried, held, seen: [...describeTimes(this.times), ...this.notes].join(', ') };
  }
}

export function trackPromise(area: PromiseArea, promise: string): TrackedPromise {
  const tracked = new TrackedPromise(area, promise);
  closeAfterTests(() => recordPromise(tracked.report()));
  return tracked;
}

function describeTimes(times: readonly number[]): string[] {
  const sorted = times.toSorted((one, other) => one - other);
  const longest = sorted.at(-1);
  if (longest === undefined) return [];
  const median = sorted[Math.floor(sorted.length / 2)] ?? longest;
  return sorted.length < 10
    ? [`longest ${format(longest)}`]
    : [`median ${format(median)}`, `longest ${format(longest)}`];
}

function format(ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

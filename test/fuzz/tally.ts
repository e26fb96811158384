import { createHash } from 'node:crypto';
import type { Harm, Verdict } from './verdict.ts';

/** Counts what was sent and what came of it. */
export class Tally {
  sent = 0;
  ran = 0;
  private readonly inputs = new Set<string>();
  private readonly harms: Record<Harm, number> = {
    '5xx': 0,
    INTERNAL_SERVER_ERROR: 0,
    'service fault': 0,
    leak: 0,
    'not JSON': 0,
  };
  private readonly outcomes = new Map<string, number>();

  add(input: string, { harms, ran, outcome }: Verdict): void {
    this.sent += 1;
    this.inputs.add(createHash('sha256').update(input).digest('base64'));
    if (ran) this.ran += 1;
    for (const harm of harms) this.harms[harm] += 1;
    const first = outcome.split(' ')[0] ?? '';
    this.outcomes.set(first, (this.outcomes.get(first) ?? 0) + 1);
  }

  /** How many were alike in nothing: of a role, and of what it sent. */
  get distinct(): number {
    return this.inputs.size;
  }

  describe(): string {
    const harms = Object.entries(this.harms).map(([harm, count]) => `${count} ${harm}`);
    const outcomes = [...this.outcomes]
      .sort(([, a], [, b]) => b - a)
      .map(([outcome, count]) => `${outcome} ${count}`);
    const counts = `${this.sent} requests, ${this.distinct} distinct, ${this.ran} passed parsing and validation`;
    return `${counts}: ${harms.join(', ')}\n  answered ${outcomes.join(', ')}`;
  }
}

export type Outcome = 'pass' | 'warn' | 'fail' | 'skip';

/** What a check found: one line of the report. */
export interface Finding {
  /** The name of the check. Scripts rely on it. */
  readonly name: string;
  readonly outcome: Outcome;
  readonly detail: string;
  /** What to do about it; null where nothing needs to be done, or where the detail says it. */
  readonly fix: string | null;
}

/** A finding without the name of its check. */
export type Judgement = Omit<Finding, 'name'>;

export type CheckResult = Judgement | readonly Judgement[];

export function pass(detail: string): Judgement {
  return { outcome: 'pass', detail, fix: null };
}

/** The service works, but an operator should look at this. */
export function warn(detail: string, fix: string): Judgement {
  return { outcome: 'warn', detail, fix };
}

/** The service does not start, or fails requests. */
export function fail(detail: string, fix: string | null = null): Judgement {
  return { outcome: 'fail', detail, fix };
}

/** The check does not apply, or needs something that is missing. */
export function skip(detail: string): Judgement {
  return { outcome: 'skip', detail, fix: null };
}

/** Ends a check that lacks what it needs; the message becomes the detail of a skipped check. */
export class CheckSkipped extends Error {
  override readonly name = 'CheckSkipped';
}

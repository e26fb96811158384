export type Outcome = 'pass' | 'warn' | 'fail' | 'skip';

/** What a check found: one line of the report. */
export interface Finding {
  /** The check, by a name that stays. */
  readonly name: string;
  readonly outcome: Outcome;
  readonly detail: string;
  /** What to do about it; null where nothing is to be done, or where the detail says it. */
  readonly mend: string | null;
}

/** A finding whose name the check that made it has. */
export type Judgement = Omit<Finding, 'name'>;

export function pass(detail: string): Judgement {
  return { outcome: 'pass', detail, mend: null };
}

/** It works, and is not as it should be. */
export function warn(detail: string, mend: string): Judgement {
  return { outcome: 'warn', detail, mend };
}

/** The service will not start, or will fail its callers. */
export function fail(detail: string, mend: string | null): Judgement {
  return { outcome: 'fail', detail, mend };
}

/** Not looked at, since something else is not there. */
export function skip(detail: string): Judgement {
  return { outcome: 'skip', detail, mend: null };
}

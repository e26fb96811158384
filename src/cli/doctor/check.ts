import { describeFailure } from '../command-failure.ts';
import { type Finding, type Judgement, fail, skip } from './finding.ts';
import { findRefusal } from './stripe-refusal.ts';

/** Looks at one thing, which may take several lines to tell. */
export interface Check {
  readonly name: string;
  readonly run: () => Judgement[] | Promise<Judgement[]>;
}

/** Longer than the calls of any check take, each of which has a deadline of its own. */
const timeLimitMs = 20_000;

/** Runs a check within its time. What it throws is what it found. */
export async function runCheck({ name, run }: Check): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const timeLimit = new Promise<Judgement[]>((resolve) => {
    const late = fail(`no answer within ${timeLimitMs / 1000} s`, 'Run this again.');
    timer = setTimeout(() => resolve([late]), timeLimitMs);
  });
  try {
    const judgements = await Promise.race([run(), timeLimit]);
    return judgements.map((judgement) => ({ name, ...judgement }));
  } catch (error) {
    return [{ name, ...judgeFailure(error) }];
  } finally {
    clearTimeout(timer);
  }
}

function judgeFailure(error: unknown): Judgement {
  return findRefusal(error)?.status === 403
    ? skip('the key may not read this at Stripe')
    : fail(describeFailure(error), 'Run this again.');
}

import { escapeInvisible } from '../shell.ts';
import type { Finding, Outcome } from './finding.ts';

/** How many findings have each outcome. */
export type Counts = Readonly<Record<Outcome, number>>;

export function countOutcomes(findings: readonly Finding[]): Counts {
  const count = (outcome: Outcome): number =>
    findings.filter((finding) => finding.outcome === outcome).length;
  return { pass: count('pass'), warn: count('warn'), fail: count('fail'), skip: count('skip') };
}

const symbols: Readonly<Record<Outcome, string>> = { pass: '✓', warn: '!', fail: '✗', skip: '-' };

/** One line a finding, what to do under it, and a line that sums up. */
export function toText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, outcome, detail, mend }) => [
    `${symbols[outcome]} ${name.padEnd(width)}  ${escapeInvisible(detail)}`,
    ...(mend === null ? [] : [`${' '.repeat(width + 4)}→ ${escapeInvisible(mend)}`]),
  ]);
  return `${[...lines, '', sumUp(countOutcomes(findings))].join('\n')}\n`;
}

function sumUp({ pass, warn, fail, skip }: Counts): string {
  const figures = `passed ${pass}, warned ${warn}, failed ${fail}, skipped ${skip}`;
  return `${figures}: this deployment will ${fail > 0 ? 'not ' : ''}work.`;
}

/** One JSON object on a line. */
export function toJson(findings: readonly Finding[], ok: boolean): string {
  return `${JSON.stringify({ ok, counts: countOutcomes(findings), checks: findings })}\n`;
}

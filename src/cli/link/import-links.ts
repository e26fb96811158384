import type { CustomerDirectory, MappingIds, LinkOutcome } from '../../customers/customer-directory.ts';
import { quote } from '../shell.ts';
import type { LinkRow } from './read-link-rows.ts';

export interface Refusal {
  readonly line: number;
  readonly reason: string;
}

/** The result of one batch of lines, which is already stored. */
export interface ImportedBatch {
  readonly linked: number;
  readonly unchanged: number;
  readonly refusals: readonly Refusal[];
  readonly lastLine: number;
}

/** Links one batch after another, as the caller asks for them. A refused line does not stop the others. */
export async function* importLinks(
  directory: CustomerDirectory,
  batches: AsyncIterable<readonly LinkRow[]>,
): AsyncGenerator<ImportedBatch> {
  for await (const rows of batches) {
    const links = rows.filter(hasLink).map(({ link }) => link);
    yield judge(rows, await directory.linkMany(links));
  }
}

function judge(rows: readonly LinkRow[], outcomes: readonly LinkOutcome[]): ImportedBatch {
  const faults = rows.flatMap((row) => ('fault' in row ? [{ line: row.line, reason: row.fault }] : []));
  const taken = rows.filter(hasLink).flatMap(({ line, link }, index) => {
    const reason = describeTaken(link, outcomes[index]);
    return reason === null ? [] : [{ line, reason }];
  });
  return {
    linked: outcomes.filter((outcome) => outcome === 'linked').length,
    unchanged: outcomes.filter((outcome) => outcome === 'unchanged').length,
    refusals: [...faults, ...taken].sort((one, other) => one.line - other.line),
    lastLine: rows.at(-1)?.line ?? 0,
  };
}

function hasLink(row: LinkRow): row is Extract<LinkRow, { link: MappingIds }> {
  return 'link' in row;
}

function describeTaken(link: MappingIds, outcome: LinkOutcome | undefined): string | null {
  if (outcome === 'user_taken') return `user ${quote(link.userId)} is linked to another customer`;
  if (outcome === 'customer_taken') return `customer ${link.stripeCustomerId} is linked to another user`;
  return null;
}

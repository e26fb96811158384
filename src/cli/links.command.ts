import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { CustomerDirectory, CustomerMapping } from '../customers/customer-directory.ts';
import { mappingsHelp, withMappings } from './features.ts';
import { type Shell, columnWidths, escapeInvisible, toColumns } from './shell.ts';

export function addLinksCommand(program: Command, shell: Shell): void {
  program
    .command('links')
    .description('list the linked users and their Stripe customers, by user id')
    .option('--json', 'print one JSON object per line, for scripts')
    .addHelpText('after', linksHelp)
    .action(({ json = false }: { json?: boolean }) => printLinks(shell, json));
}

const linksHelp = `
Times are in UTC. Each line of --json has userId, stripeCustomerId, contractEndsAt
(or null), attributes and linkedAt.
${mappingsHelp}
  billing-portal links
  billing-portal links --json | jq -r .stripeCustomerId
`;

function printLinks(shell: Shell, json: boolean): Promise<void> {
  return withMappings(shell, async ({ customers: { directory } }, { stripe: { scope } }) => {
    const pages = readMappingPages(directory, { pageSize });
    const text = Readable.from(json ? toJsonLines(pages) : toTable(pages));
    await pipeline(text, shell.stdout, { end: false });
    if (!text.readableDidRead) shell.stderr.write(`No user is linked in scope ${scope}.\n`);
  });
}

type MappingPages = AsyncGenerator<readonly CustomerMapping[]>;

const pageSize = 500;

/** Every mapping after this user, in the order of user ids. No page is empty. */
export async function* readMappingPages(
  directory: CustomerDirectory,
  { after, pageSize: first }: { readonly after?: string | undefined; readonly pageSize: number },
): MappingPages {
  for (let last = after; ;) {
    const { items: mappings, hasNextPage } = await directory.list({ first, after: last });
    if (mappings.length > 0) yield mappings;
    if (!hasNextPage) return;
    last = mappings.at(-1)?.userId;
  }
}

async function* toJsonLines(pages: MappingPages): AsyncGenerator<string> {
  for await (const page of pages)
    yield page
      .map(({ createdAt: linkedAt, ...mapping }) => `${JSON.stringify({ ...mapping, linkedAt })}\n`)
      .join('');
}

const headings = ['USER', 'CUSTOMER', 'CONTRACT ENDS', 'LINKED AT'];

/** The first page sets the widths of the columns; a longer value further down shifts its own line only. */
async function* toTable(pages: MappingPages): AsyncGenerator<string> {
  let widths: number[] | undefined;
  for await (const page of pages) {
    const rows = [...(widths === undefined ? [headings] : []), ...page.map(toCells)];
    yield toColumns(rows, (widths ??= columnWidths(rows)));
  }
}

function toCells({ userId, stripeCustomerId, contractEndsAt, createdAt }: CustomerMapping): string[] {
  const contract = contractEndsAt === null ? '-' : toMinutes(contractEndsAt);
  return [escapeInvisible(userId), stripeCustomerId, contract, toMinutes(createdAt)];
}

/** In UTC: `2030-01-31 12:00`. */
function toMinutes(time: Date): string {
  return time.toISOString().slice(0, 16).replace('T', ' ');
}

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { loadStoreConfig } from '../config/command-config.ts';
import type { CustomerMapping } from '../customers/customer-directory.ts';
import { createLogger } from '../logging/logger.ts';
import { type MappingPages, readMappingPages } from './mapping-pages.ts';
import { type Shell, escapeInvisible, storeHelp } from './shell.ts';
import { toMinutes } from './times.ts';

export function addLinksCommand(program: Command, shell: Shell): void {
  program
    .command('links')
    .description('list the linked users and their Stripe customers, by user id')
    .option('--json', 'print one JSON object per line, for scripts')
    .addHelpText('after', linksHelp)
    .action((options: { json?: true }) => printLinks(shell, options.json ?? false));
}

const linksHelp = `
Times are in UTC. Each line of --json has userId, stripeCustomerId, contractEndsAt
(or null), attributes and linkedAt.
${storeHelp}
  billing-portal links
  billing-portal links --json | jq -r .stripeCustomerId
`;

async function printLinks(shell: Shell, json: boolean): Promise<void> {
  const config = loadStoreConfig(shell.loadEnvironment());
  const { withPlatform } = await import('./platform.ts');
  await withPlatform(config, createLogger(config.logLevel, shell.stderr), async ({ database }) => {
    const pages = readMappingPages(database.customers);
    const text = Readable.from(json ? toJsonLines(pages) : toTable(pages));
    await pipeline(text, shell.stdout, { end: false });
    if (text.readableDidRead) return;
    shell.stderr.write(`No user is linked in scope ${config.stripe.scope}.\n`);
  });
}

async function* toJsonLines(pages: MappingPages): AsyncGenerator<string> {
  for await (const page of pages) {
    yield page
      .map(({ createdAt: linkedAt, ...mapping }) => `${JSON.stringify({ ...mapping, linkedAt })}\n`)
      .join('');
  }
}

const headings = ['USER', 'CUSTOMER', 'CONTRACT ENDS', 'LINKED AT'];

/** The first page sets the widths of the columns; a longer value further down shifts its own line only. */
async function* toTable(pages: MappingPages): AsyncGenerator<string> {
  let widths: number[] | undefined;
  for await (const page of pages) {
    const rows = page.map(toCells);
    if (widths === undefined) {
      rows.unshift(headings);
      widths = headings.map((_heading, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    }
    yield toLines(rows, widths);
  }
}

function toCells(mapping: CustomerMapping): string[] {
  return [
    escapeInvisible(mapping.userId),
    mapping.stripeCustomerId,
    mapping.contractEndsAt === null ? '-' : toMinutes(mapping.contractEndsAt),
    toMinutes(mapping.createdAt),
  ];
}

function toLines(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  return rows
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

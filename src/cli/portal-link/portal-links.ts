import 'reflect-metadata';
import { commandLine } from '../../audit/audit-trail.service.ts';
import { type LinksConfig, loadLinksConfig } from '../../config/command-config.ts';
import { LinkRegister } from '../../links/link-register.ts';
import { type ListedLink, PortalLinks } from '../../links/portal-links.service.ts';
import type { PortalFlowType } from '../../portal/portal-flow.ts';
import { ReturnUrls } from '../../portal/return-url.ts';
import { CommandError } from '../command-failure.ts';
import { type Shell, quote } from '../shell.ts';
import { type Store, withStore } from '../store.ts';
import { toMinutes } from '../times.ts';

export interface LinkOptions {
  readonly returnUrl: string;
  /** In milliseconds. */
  readonly expiresIn: number;
  readonly flow?: PortalFlowType;
  readonly reusable?: true;
}

/** The URL alone goes to stdout, for what sends it. */
export async function createLink(shell: Shell, userId: string, options: LinkOptions): Promise<void> {
  const config = loadLinksConfig(shell.loadEnvironment());
  const { returnUrl, expiresIn, flow, reusable = false } = options;
  await withStore(shell, async (store) => {
    const { url, id, expiresAt } = await openLinks(store, config).create(commandLine, {
      userId,
      returnUrl,
      expiresIn: expiresIn / 1000,
      flow: flow && { type: flow },
      singleUse: !reusable,
    });
    shell.stdout.write(`${url}\n`);
    const uses = reusable ? 'Works' : 'Works once,';
    shell.stderr.write(
      `${uses} until ${toMinutes(expiresAt)} UTC, for user ${quote(userId)} in scope ${store.config.scope}. ` +
        `To revoke it: portal-link revoke ${id}\n`,
    );
  });
}

export async function listLinks(shell: Shell, userId: string): Promise<void> {
  await withStore(shell, async (store) => {
    const links = await openLinks(store).list(userId);
    for (const link of links) shell.stdout.write(`${toLine(link)}\n`);
    if (links.length === 0)
      shell.stderr.write(`User ${quote(userId)} has no links in scope ${store.config.scope}.\n`);
  });
}

export async function revokeLink(shell: Shell, id: string): Promise<void> {
  await withStore(shell, async (store) => {
    if (!(await openLinks(store).revoke(commandLine, id)))
      throw new CommandError('There was nothing to revoke: no link that still works has this id.');
    shell.stdout.write('Revoked the link.\n');
  });
}

export async function revokeLinksOf(shell: Shell, userId: string): Promise<void> {
  await withStore(shell, async (store) => {
    const count = await openLinks(store).revokeAllOf(commandLine, userId);
    const what = `${count} ${count === 1 ? 'link' : 'links'} of user ${quote(userId)}`;
    shell.stdout.write(`Revoked ${what} in scope ${store.config.scope}.\n`);
  });
}

/** @param config what only making links takes */
function openLinks(
  { database, audit }: Store,
  { publicUrl, returnUrls }: LinksConfig = { publicUrl: null, returnUrls: [] },
): PortalLinks {
  return new PortalLinks({
    links: new LinkRegister(database.records),
    customers: database.customers,
    returnUrls: new ReturnUrls(returnUrls),
    // A task that is named on the command line has nothing to it but its name.
    flows: { check: () => undefined },
    audit,
    publicUrl,
    now: () => new Date(),
  });
}

function toLine({ id, flow, singleUse, createdAt, expiresAt, usedAt }: ListedLink): string {
  const state = usedAt === null ? describeEnd(expiresAt) : `used    ${toMinutes(usedAt)}`;
  const kind = [flow?.type ?? 'home page', ...(singleUse ? [] : ['reusable'])].join(', ');
  return `${id}  made ${toMinutes(createdAt)}  ${state}  ${kind}`;
}

function describeEnd(expiresAt: Date): string {
  return `${expiresAt > new Date() ? 'until  ' : 'expired'} ${toMinutes(expiresAt)}`;
}

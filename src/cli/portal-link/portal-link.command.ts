import { type Command, Option } from 'commander';
import type { Shell } from '../shell.ts';
import { storeHelp } from '../store.ts';
import { createTimeOption } from '../times.ts';
import type { LinkOptions } from './portal-links.ts';

/** What the types of the API are made of takes its time to load, so each command loads it when it runs. */
export function addPortalLinkCommand(program: Command, shell: Shell): void {
  const links = program
    .command('portal-link')
    .description("make links into a user's billing that can be sent by e-mail, list and revoke them")
    .addHelpText('after', portalLinkHelp);
  addCreateCommand(links, shell);
  links
    .command('list')
    .description("list a user's links; the URLs are not kept")
    .argument('<user>', "the user's id, as the tokens have it")
    .action(async (userId: string) => {
      const { listLinks } = await import('./portal-links.ts');
      await listLinks(shell, userId);
    });
  links
    .command('revoke')
    .usage('<id>\n       billing-portal portal-link revoke --user <user>')
    .description('revoke a link, or all of a user; sessions that they have opened stay open')
    .argument('[id]', "the link's id, as list shows it")
    .option('--user <user>', 'revoke all links of this user')
    .action(async (id: string | undefined, { user }: { user?: string }, command: Command) => {
      if ((id === undefined) === (user === undefined))
        return command.error('error: give either the id of a link or --user');
      const { revokeLink, revokeLinksOf } = await import('./portal-links.ts');
      return id === undefined ? revokeLinksOf(shell, user ?? '') : revokeLink(shell, id);
    });
}

/** Those that need nothing but their name; the API takes the rest. */
const flows = [
  'payment_method_update',
  'customer_update',
  'subscription_cancel',
  'subscription_update',
  'subscription_pause',
];

function addCreateCommand(links: Command, shell: Shell): void {
  links
    .command('create')
    .description('make a link, and print its URL: the only time that it is shown')
    .argument('<user>', "the user's id, as the tokens have it")
    .requiredOption('--return-url <url>', "where the portal's link back leads, within RETURN_URLS")
    .addOption(
      createTimeOption({
        flags: '--expires-in <time>',
        description: 'for how long it works, such as 7d, 36h or 30m; at most 30d',
        preset: '7d',
        units: 'dhm',
        expected: 'Expected days, hours or minutes, such as 7d, 36h or 30m.',
      }),
    )
    .addOption(new Option('--flow <task>', 'a task to open the portal at').choices(flows))
    .option('--reusable', 'lets it open the portal more than once')
    .action(async (userId: string, options: LinkOptions) => {
      const { createLink } = await import('./portal-links.ts');
      await createLink(shell, userId, options);
    });
}

const portalLinkHelp = `
Whoever has a link can open the user's billing, so send it to the user alone. When
it is used, everything is checked again: the user's customer, RETURN_URLS, and the
policy in force. Making links also takes PUBLIC_URL and RETURN_URLS.
${storeHelp}
  billing-portal portal-link create user_1 --return-url https://app.example.com
  billing-portal portal-link create user_1 --return-url https://app.example.com \\
    --flow payment_method_update --expires-in 14d
  billing-portal portal-link list user_1
  billing-portal portal-link revoke --user user_1
`;

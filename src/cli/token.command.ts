import type { Command } from 'commander';
import { createToken } from '../auth/token-issuer.ts';
import { loadSigningConfig } from '../config/command-config.ts';
import { checkUserId } from '../customers/customer-directory.ts';
import type { Shell } from './shell.ts';

export function addTokenCommand(program: Command, shell: Shell): void {
  program
    .command('token')
    .description('print a token that is valid for an hour; in development and test only')
    .requiredOption('--user <id>', 'the user that the token identifies')
    .option('--role <name...>', 'a role of the user; may be repeated', [])
    .addHelpText('after', tokenHelp)
    .action(async ({ user: userId, role: roles }: { user: string; role: readonly string[] }) => {
      const config = loadSigningConfig(shell.loadEnvironment());
      checkUserId(userId);
      shell.stdout.write(`${await createToken(config, { userId, roles })}\n`);
    });
}

const tokenHelp = `
Signs with JWT_SECRET, for JWT_ISSUER and JWT_AUDIENCE, with the claim names of the
service. Fails when NODE_ENV is production or unset. The demo prints its own tokens.

  NODE_ENV=development billing-portal token --user user_1
  NODE_ENV=development billing-portal token --user admin_1 --role billing:admin
`;

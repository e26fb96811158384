import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addDoctorCommand } from './doctor/doctor.command.ts';
import { addEraseCommand } from './erase.command.ts';
import { addInitCommand } from './init/init.command.ts';
import { addLinkCommand, addUnlinkCommand } from './link/link.command.ts';
import { addLinksCommand } from './links.command.ts';
import { addPoliciesCommand } from './policies/policies.command.ts';
import { addResyncCommand } from './resync.command.ts';
import { CommandError, type Shell, describeFailure, getExitCode } from './shell.ts';
import { addTokenCommand } from './token.command.ts';
import { addWebhooksCommand } from './webhooks.command.ts';

/** Runs one command line. A failure becomes one line on stderr and an exit code. */
export async function runCommandLine(shell: Shell, args: readonly string[]): Promise<void> {
  try {
    await createProgram(shell).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error === shell.outputError) return;
    if (error instanceof CommanderError) {
      shell.exitCode = error.exitCode;
      return;
    }
    shell.stderr.write(`${describeFailure(error)}\n`);
    shell.exitCode = getExitCode(error);
  }
}

/** Every command with its help; docs/cli.md is generated from it. */
export function createProgram(shell: Shell): Command {
  const program = new Command('billing-portal')
    .description("Self-service billing over GraphQL, around Stripe's hosted Billing Portal.")
    .version(readVersion())
    .showHelpAfterError('Add --help to see the arguments and options of the command.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: (text) => shell.stderr.write(text),
    })
    .addHelpText('after', programHelp);
  addServeCommand(program, shell);
  addDemoCommand(program, shell);
  addStripeCommand(program, shell);
  addSchemaCommand(program, shell);
  addInitCommand(program, shell);
  addDoctorCommand(program, shell);
  addLinkCommand(program, shell);
  addUnlinkCommand(program, shell);
  addLinksCommand(program, shell);
  addResyncCommand(program, shell);
  addEraseCommand(program, shell);
  addPoliciesCommand(program, shell);
  addWebhooksCommand(program, shell);
  addTokenCommand(program, shell);
  for (const group of [program, ...program.commands.filter(({ commands }) => commands.length > 0)])
    addHelpCommand(group);
  refuseRepetition(program);
  return program;
}

/** Where help is asked for, commander alone answers an unknown name with the help of the group, and no error. */
function addHelpCommand(group: Command): void {
  const find = (parent: Command, name: string): Command =>
    parent.commands.find((each) => each.name() === name) ?? parent.error(`error: unknown command '${name}'`);
  group
    .addHelpText('before', () => {
      group.args.filter((word) => !/^(help$|-)/.test(word)).reduce(find, group);
      return '';
    })
    .command('help')
    .description('show the help of a command')
    .argument('[command...]')
    .action((names: string[]) => names.reduce(find, group).help());
}

/** Commander alone would take the last of several values. */
function refuseRepetition(command: Command): void {
  const given = new Set<string>();
  for (const option of command.options.filter((each) => each.required && !each.variadic))
    command.on(`option:${option.name()}`, () => {
      if (given.has(option.flags)) command.error(`error: option '${option.flags}' is given twice`);
      given.add(option.flags);
    });
  command.commands.forEach(refuseRepetition);
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

const programHelp = `
Variables are read from the environment and from .env in the working folder.
Exit codes: 0 done; 1 refused or failed; 78 a variable is missing or wrong;
130 or 143 interrupted by SIGINT or SIGTERM.

  billing-portal demo                           try it without any settings
  billing-portal link user_1 cus_NffrFeUfNV2Hib give a user access to their billing
  billing-portal help link                      show the help of a command
`;

// Loading the service takes a second, and the other commands do not need it.

function addServeCommand(program: Command, shell: Shell): void {
  program
    .command('serve')
    .description('run the service, configured by environment variables')
    .action(async () => {
      const { serve } = await import('../serve.ts');
      await serve(() => shell.loadEnvironment());
    });
}

function addDemoCommand(program: Command, shell: Shell): void {
  program
    .command('demo')
    .description('run everything on this machine: the service, a local Stripe and a demo user')
    .option('--json', 'print one line of JSON when ready, and nothing else')
    .addHelpText('after', demoHelp)
    .action(async (options: { json?: true }) => {
      const { runDemo } = await import('./demo/demo.command.ts');
      await runDemo(shell, options);
    });
}

const demoHelp = `
Reads no .env file, and only these variables: PORT, LOG_LEVEL, LANDING_PAGE,
CUSTOMER_CREATION, LINK_BY_METADATA_KEY and PORTAL_POLICIES. RETURN_URLS and
CORS_ORIGINS add to its own.

  PORT=4001 billing-portal demo
`;

/** The package has its own options and help, so that both ways to start it are the same. */
function addStripeCommand(program: Command, shell: Shell): void {
  program
    .command('stripe')
    .description('run a local Stripe for development (`stripe --help`)')
    .helpOption(false)
    .allowUnknownOption()
    .argument('[options...]', 'passed on to the package')
    .action(async (options: string[]) => {
      const { runUntilSignal } = await import('#local-stripe/command/run-until-signal').catch(() => {
        throw new CommandError('The image has no local Stripe. Elsewhere: npx billing-portal-graphql stripe');
      });
      shell.exitCode = await runUntilSignal(options, {
        write: (text) => shell.stdout.write(`${text}\n`),
        writeError: (text) => shell.stderr.write(`${text}\n`),
      });
    });
}

function addSchemaCommand(program: Command, shell: Shell): void {
  program
    .command('schema')
    .description('write the GraphQL schema to a file, for code generators')
    .argument('[file]', 'the file to write; by default schema.graphql')
    .option('--check', 'write nothing; fail when the file is out of date')
    .option('--federation', 'print the subgraph for Apollo Federation, or write it to a file that is named')
    .action(async (named: string | undefined, options: { check?: true; federation?: true }) => {
      const { printServedSchema, writeGenerated } = await import('./schema.command.ts');
      const { check, federation } = options;
      const file = named ?? (federation ? undefined : 'schema.graphql');
      await writeGenerated(shell, await printServedSchema({ federation }), { file, check });
    });
}

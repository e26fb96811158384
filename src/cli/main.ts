#!/usr/bin/env node
import { Command } from 'commander';
import { loadEnvironment } from '../config/environment.ts';
import { serve } from '../serve.ts';
import { runDemo } from './demo/demo.command.ts';
import { writeSchema } from './schema.command.ts';

const program = new Command('billing-portal')
  .description("Self-service billing over GraphQL, around Stripe's hosted Billing Portal.")
  .showHelpAfterError();

program
  .command('serve')
  .description('run the service, configured by environment variables')
  .action(() => serve(loadEnvironment()));

program
  .command('demo')
  .description('run everything on this machine: the service, a local Stripe and a demo user')
  .option('--json', 'print one line of JSON once ready, and nothing else')
  .action((options: { json?: true }) => runDemo(loadEnvironment(), { json: options.json ?? false }));

program
  .command('schema')
  .description('write the GraphQL schema to a file, for clients that generate code from it')
  .argument('[file]', 'where to', 'schema.graphql')
  .option('--check', 'only say whether the file is up to date')
  .action((file: string, options: { check?: true }) => writeSchema(file, { check: options.check ?? false }));

await program.parseAsync();

import type { Command } from 'commander';
import { ConfigurationError, readStripeConfig } from '../config/config.ts';
import { readVariables } from '../config/environment-schema.ts';
import { exitCodes } from '../process/start-failure.ts';
import { CommandError, type Shell } from './shell.ts';

export function addWebhooksCommand(program: Command, shell: Shell): void {
  const webhooks = program
    .command('webhooks')
    .description("create or compare Stripe's endpoint for the events of this service")
    .addHelpText('after', webhooksHelp);
  for (const [name, description, run] of [
    ['create', 'create the endpoint at Stripe, and print its signing secret once', create],
    ['check', 'compare the endpoint at Stripe; exits with 1 when it differs', check],
  ] as const)
    webhooks
      .command(name)
      .description(description)
      .option('--url <url>', 'the public address of the service; default: PUBLIC_URL')
      .action(({ url }: { url?: string }) => run(shell, url));
}

const webhooksHelp = `
Reads STRIPE_SECRET_KEY, and STRIPE_ACCOUNT for a Connect endpoint. A restricted key
needs to write webhook endpoints for create, and to read them for check.

  billing-portal webhooks create --url https://billing.example.com >> .env
  billing-portal webhooks check
`;

async function load(shell: Shell, url: string | undefined) {
  const env = shell.loadEnvironment();
  const { stripe: config, faults } = readStripeConfig(env);
  const read = readVariables({ PUBLIC_URL: url ?? env['PUBLIC_URL'] }, ['PUBLIC_URL']);
  const { PUBLIC_URL: base } = read.values;
  const [fault] = read.faults.map((each) => (url === undefined ? each : each.replace('PUBLIC_URL', '--url')));
  if (base === undefined) faults.push(fault ?? 'PUBLIC_URL: set it, or give --url');
  if (config === null || base === undefined) throw new ConfigurationError(faults);
  const endpoint = await import('../webhooks/webhook-endpoint.ts');
  return { ...endpoint, config, url: endpoint.toEndpointUrl(base) };
}

async function create(shell: Shell, base: string | undefined): Promise<void> {
  const { config, url, createEndpoint, findEndpoints } = await load(shell, base);
  const [existing] = await findEndpoints(config, url);
  if (existing !== undefined)
    throw new CommandError(
      `Stripe has ${existing.id} for ${url}. Its secret is in the Dashboard (Developers, Webhooks); compare it by: billing-portal webhooks check`,
    );
  const { id, secret = '' } = await createEndpoint(config, url);
  shell.stderr.write(`Stripe now sends events to ${url} (${id}). Set this variable, and restart:\n`);
  // The output may be appended to a .env file that does not end with a line break.
  shell.stdout.write(`\nSTRIPE_WEBHOOK_SECRETS=${secret}\n`);
}

async function check(shell: Shell, base: string | undefined): Promise<void> {
  const { config, url, compareEndpoint, findEndpoints } = await load(shell, base);
  const endpoints = await findEndpoints(config, url);
  if (endpoints.length === 0)
    throw new CommandError(`Stripe has no endpoint for ${url}. Create it by: billing-portal webhooks create`);
  const lines = endpoints.map((endpoint) => {
    const { losses, others } = compareEndpoint(endpoint, config);
    const differences = [...losses, ...others];
    if (differences.length > 0) shell.exitCode = exitCodes.failed;
    return `${endpoint.id} ${differences.length === 0 ? 'is as the service needs it' : differences.join('; ')}\n`;
  });
  shell.stdout.write(lines.join(''));
}

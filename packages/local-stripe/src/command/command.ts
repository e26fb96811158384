import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type LocalStripe, createLocalStripe } from '../local-stripe.ts';
import { readSeed } from './seeding.ts';

const usage = `Usage: billing-portal-local-stripe [options]

Runs a local Stripe for development and tests, on this machine only.

Options:
  --port PORT       where it listens (default 12111; 0 is any free port)
  --webhook URL     sends every event there
  --secret whsec_…  signs the events (default: a new secret, which is printed)
  --seed demo|FILE  starts with the demo's data, or with a fixture file of the Stripe CLI
  --state FILE      keeps the state in a file over restarts; then the seed applies only to a new file
  --help, --version
`;

const options = {
  port: { type: 'string' },
  webhook: { type: 'string' },
  secret: { type: 'string' },
  seed: { type: 'string' },
  state: { type: 'string' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

/** Writes a line for the user. */
export type WriteLine = (text: string) => void;

/**
 * Runs the command line and returns the running local Stripe, or null when the command is done already.
 * @throws Error with a message for the user
 */
export async function runCommand(args: readonly string[], write: WriteLine): Promise<LocalStripe | null> {
  const values = readOptions(args);
  if (values.help) return finish(write, usage.trimEnd());
  if (values.version) return finish(write, readVersion());
  const webhook = webhookOf(values.webhook, values.secret);
  const seed = values.seed === undefined ? null : readSeed(values.seed);
  const localStripe = createLocalStripe({
    port: portOf(values.port),
    ...(webhook ? { webhooks: [webhook] } : {}),
    ...(values.state === undefined ? {} : { stateFile: values.state }),
  });
  await localStripe.start().catch((error: unknown) => {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === 'listen') {
      const fault = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${code ?? 'unknown error'})`;
      throw new Error(`The port ${values.port ?? defaultPort} ${fault}. Name another one with --port.`);
    }
    if (values.state === undefined || code === undefined) throw error;
    throw new Error(`${values.state} cannot be used (${code}). Name another file with --state.`);
  });
  try {
    if (!localStripe.restored) await seed?.(localStripe.url);
  } catch (error) {
    await localStripe.stop();
    // The next start would restore half a seed, and would not seed again.
    if (values.state !== undefined) rmSync(values.state, { force: true });
    throw error;
  }
  write(`Local Stripe: ${localStripe.url} (open it for what it supports)`);
  write('API key: sk_test_local, or any other test-mode key');
  if (webhook) write(`Webhook: ${webhook.url}, signed with ${webhook.secret}`);
  if (localStripe.restored) write(`State: restored from ${values.state ?? ''}`);
  return localStripe;
}

function readOptions(args: readonly string[]) {
  try {
    const { values, tokens } = parseArgs({ args: [...args], options, tokens: true });
    const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    // parseArgs would take the last of several values.
    const repeated = names.find((name, index) => names.indexOf(name) < index);
    if (repeated !== undefined) throw new Error(`--${repeated} is given twice.`);
    return values;
  } catch (error) {
    throw new Error(`${(error as Error).message}\nAdd --help to see the options.`);
  }
}

const defaultPort = '12111';

function portOf(text = defaultPort): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port;
  throw new Error(`--port must be a number from 0 to 65535, not ${text}.`);
}

function webhookOf(
  url: string | undefined,
  secret: string | undefined,
): { readonly url: string; readonly secret: string } | null {
  if (url === undefined && secret !== undefined) throw new Error('--secret needs --webhook.');
  if (url === undefined) return null;
  if (!/^https?:\/\/[^\s/?#]/.test(url))
    throw new Error(`--webhook must be an http or https URL, not ${url}.`);
  // Receivers may refuse what is shorter than the secrets of Stripe.
  if (secret !== undefined && !/^whsec_[\w+/=-]{8,}$/.test(secret))
    throw new Error('--secret must be whsec_ and at least 8 letters or digits.');
  return { url, secret: secret ?? `whsec_${randomBytes(24).toString('hex')}` };
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

function finish(write: WriteLine, text: string): null {
  write(text);
  return null;
}

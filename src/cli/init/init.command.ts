import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, chmod, chown, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { type Command, Option } from 'commander';
import { loadConfig } from '../../config/config.ts';
import { isSet, readVariables } from '../../config/environment-schema.ts';
import type { Environment } from '../../config/environment.ts';
import { CommandError, type Shell, failOn } from '../shell.ts';
import { type Answers, collectAnswers } from './answers.ts';
import { createTokenVariables, getProvider, providers } from './providers.ts';

interface InitOptions extends Partial<Answers> {
  readonly database?: string;
  readonly publicUrl?: string;
  readonly webhookSecret?: string;
  readonly output: string;
  readonly force?: true;
}

const stripeKeyHelp = "Stripe's key; default: STRIPE_SECRET_KEY, which keeps it out of the history";

export function addInitCommand(program: Command, shell: Shell): void {
  program
    .command('init')
    .description('ask five questions, and write the variables of a deployment to .env')
    .addOption(new Option('--provider <name>', 'the identity provider').choices(Object.keys(providers)))
    .option('--issuer <url>', 'the issuer of the tokens')
    .option('--audience <text>', 'the audience of the tokens; several, separated by commas')
    .option('--stripe-key <key>', stripeKeyHelp)
    .option('--return-urls <urls>', 'where the portal may lead back to')
    .option('--database <url>', 'where mappings are stored; default: a SQLite file')
    .option('--public-url <url>', 'the public address of the service')
    .option('--webhook-secret <secret>', 'the signing secret of the endpoint; see webhooks create')
    .option('--output <file>', 'the file to write', '.env')
    .option('--force', 'replace the file')
    .addHelpText('after', initHelp)
    .action((options: InitOptions) => initialize(shell, options));
}

const initHelp = `
Asks for what the options do not say, if there is a terminal. docs/identity.md says
where to find the issuer and the audience of each identity provider; own is for
Auth.js and for sessions of your own, with a new JWT_SECRET to share.

  billing-portal init
  billing-portal init --provider supabase --issuer https://REF.supabase.co/auth/v1 \\
    --return-urls https://app.example.com/account < /dev/null
`;

async function initialize(shell: Shell, options: InitOptions): Promise<void> {
  const { output, force = false } = options;
  const { path, earlier } = await findPlace(output, force);
  const env = shell.readProcessEnvironment();
  const given = isSet(env, 'STRIPE_SECRET_KEY')
    ? { stripeKey: env['STRIPE_SECRET_KEY'], ...options }
    : options;
  const answers = await collectAnswers(shell, given);
  const variables = createVariables(answers, options);
  loadConfig(variables);
  const text = toText(variables);
  await writePlace(path, earlier, text).catch(failOn(output, 'written'));
  const share = answers.provider === 'own' ? ' Your backend signs tokens with its JWT_SECRET.' : '';
  const use = resolve(output) === resolve('.env') ? '' : ` ${useOfAnotherFile}`;
  shell.stdout.write(`Wrote ${output}.${share}${use}\n${nextSteps}`);
}

/** Fails before the questions: their answers would be lost. `earlier` is the file to replace, if any. */
async function findPlace(output: string, force: boolean) {
  const path = await realpath(output).catch(() => output);
  const earlier = await stat(path).catch(() => null);
  if (earlier?.isFile() === false) throw new CommandError(`${output} is not a file: give a file.`);
  if (earlier !== null && !force)
    throw new CommandError(`${output} exists. Add --force to replace it, or --output for another file.`);
  await access(dirname(path), constants.W_OK).catch(failOn(output, 'written'));
  return { path, earlier };
}

/** Keeps the earlier file until the new one is whole, since a full disk would lose it. */
async function writePlace(path: string, earlier: Stats | null, text: string): Promise<void> {
  const writeNew = (file: string) => writeFile(file, text, { mode: 0o600, flag: 'wx' });
  if (earlier === null) return writeNew(path);
  const beside = `${path}.${randomUUID()}`;
  try {
    await writeNew(beside);
    // The earlier file's group may be the service's. Another group, and others, never read the secrets.
    const isOfGroup = await chown(beside, earlier.uid, earlier.gid).then(
      () => true,
      () => false,
    );
    await chmod(beside, earlier.mode & (isOfGroup ? 0o770 : 0o700));
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

const useOfAnotherFile =
  'The service and the commands read .env in the working folder. Rename the file, or set its variables.';

const nextSteps = `
Next:
  billing-portal doctor                        checks it
  billing-portal webhooks create --url URL     lets Stripe send events
  billing-portal link USER CUSTOMER            gives a user access to their billing
`;

function createVariables(answers: Answers, { database, publicUrl, webhookSecret }: InitOptions): Environment {
  const { provider, issuer, audience, stripeKey, returnUrls } = answers;
  const { values } = readVariables({ RETURN_URLS: returnUrls }, ['RETURN_URLS']);
  const origins = (values.RETURN_URLS ?? []).map(({ origin }) => origin);
  return {
    // Only a machine of a developer has its pages on http.
    ...(origins.some((origin) => origin.startsWith('http:')) ? { NODE_ENV: 'development' } : {}),
    STRIPE_SECRET_KEY: stripeKey,
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    ...createTokenVariables(getProvider(provider), issuer),
    RETURN_URLS: returnUrls,
    CORS_ORIGINS: [...new Set(origins)].join(','),
    DATABASE_URL: database?.trim() ?? 'sqlite:./data/billing.db',
    ...(publicUrl === undefined ? {} : { PUBLIC_URL: publicUrl.trim() }),
    ...(webhookSecret === undefined ? {} : { STRIPE_WEBHOOK_SECRETS: webhookSecret.trim() }),
  };
}

function toText(variables: Environment): string {
  const text = Object.entries(variables)
    .map(([name, value = '']) => `${name}=${quoteValue(value)}\n`)
    .join('');
  const read = parseEnv(text);
  const unreadable = Object.keys(variables).filter((name) => read[name] !== variables[name]);
  if (unreadable.length > 0)
    throw new CommandError(`This cannot be written to a file: ${unreadable.join(', ')}`);
  return text;
}

/** Other tools, such as docker, take quotes as part of the value, so that only values that need them have them. */
function quoteValue(value: string): string {
  if (!/[\s#"'`]/.test(value)) return value;
  const mark = [`'`, '"', '`'].find((each) => !value.includes(each)) ?? '';
  return `${mark}${value}${mark}`;
}

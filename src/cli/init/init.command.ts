import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseEnv } from 'node:util';
import { type Command, Option } from 'commander';
import { loadConfig } from '../../config/config.ts';
import { type Variables, readVariables } from '../../config/environment-schema.ts';
import type { Environment } from '../../config/environment.ts';
import { CommandError, type Shell } from '../shell.ts';
import { createTokenVariables, getProvider, providers } from './providers.ts';

interface Answers {
  readonly provider: string;
  readonly issuer: string;
  readonly audience: string;
  readonly stripeKey: string;
  readonly returnUrls: string;
}

interface InitOptions extends Partial<Answers> {
  readonly database?: string;
  readonly publicUrl?: string;
  readonly webhookSecret?: string;
  readonly output: string;
  readonly force?: true;
}

const names = Object.keys(providers);
const stripeKeyHelp = "Stripe's key; default: STRIPE_SECRET_KEY, which keeps it out of the history";

export function addInitCommand(program: Command, shell: Shell): void {
  program
    .command('init')
    .description('ask five questions, and write the variables of a deployment to .env')
    .addOption(new Option('--provider <name>', 'the identity provider').choices(names))
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
  if (!force && existsSync(output))
    throw new CommandError(`${output} exists. Add --force to replace it, or --output for another file.`);
  const stripeKey = options.stripeKey ?? shell.readProcessEnvironment()['STRIPE_SECRET_KEY'];
  const answers = await collectAnswers(shell, {
    ...options,
    ...(stripeKey === undefined ? {} : { stripeKey }),
  });
  const variables = createVariables(answers, options);
  loadConfig(variables);
  if (force) await rm(output, { force });
  await writeFile(output, toText(variables), { mode: 0o600, flag: 'wx' });
  const share = answers.provider === 'own' ? ' Your backend signs tokens with its JWT_SECRET.' : '';
  shell.stdout.write(`Wrote ${output}.${share}\n${nextSteps}`);
}

const nextSteps = `
Next:
  billing-portal doctor                        checks it
  billing-portal webhooks create --url URL     lets Stripe send events
  billing-portal link USER CUSTOMER            gives a user access to their billing
`;

async function collectAnswers(shell: Shell, given: Partial<Answers>): Promise<Answers> {
  if (shell.stdin.isTTY === true) return withTerminal(shell, (ask) => answerAll(given, ask));
  const missing: string[] = [];
  const answers = await answerAll(given, ({ option, fallback }) => {
    if (fallback === undefined) missing.push(option);
    return Promise.resolve(fallback ?? '');
  });
  if (missing.length > 0)
    throw new CommandError(`There is no terminal to ask at. These options are needed: ${missing.join(', ')}`);
  return answers;
}

interface Question {
  /** The option that answers it. */
  readonly option: string;
  readonly text: string;
  /** The variable that the answer must be valid for; undefined for the provider. */
  readonly variable?: keyof Variables;
  /** Used if the answer is empty. */
  readonly fallback?: string | undefined;
  readonly isSecret?: boolean;
}

type Ask = (question: Question) => Promise<string>;

async function answerAll(given: Partial<Answers>, ask: Ask): Promise<Answers> {
  const get = async (name: keyof Answers, question: Question): Promise<string> =>
    given[name] ?? ask(question);
  const provider = await get('provider', {
    option: '--provider',
    text: `Identity provider (${names.join(', ')})`,
  });
  const { issuer: issuerForm, audience: audienceForm, findAudience } = getProvider(provider);
  const issuer = await get('issuer', {
    option: '--issuer',
    text: `Issuer of the tokens, such as ${issuerForm}`,
    variable: 'JWT_ISSUER',
  });
  const audience = await get('audience', {
    option: '--audience',
    text: `Audience of the tokens, which is ${audienceForm}`,
    variable: 'JWT_AUDIENCE',
    fallback: findAudience?.(issuer),
  });
  const stripeKey = await get('stripeKey', {
    option: '--stripe-key',
    text: "Stripe's secret or restricted key (not shown)",
    variable: 'STRIPE_SECRET_KEY',
    isSecret: true,
  });
  const returnUrls = await get('returnUrls', {
    option: '--return-urls',
    text: 'Where the portal may lead back to, such as https://app.example.com/account',
    variable: 'RETURN_URLS',
  });
  return { provider, issuer, audience, stripeKey, returnUrls };
}

/** Says why an answer is not accepted; null if it is. */
function findFault({ variable }: Question, answer: string): string | null {
  if (variable !== undefined) return readVariables({ [variable]: answer }, [variable]).faults[0] ?? null;
  return names.includes(answer) ? null : `Expected one of ${names.join(', ')}.`;
}

/** Lets `use` ask questions on the terminal. Secrets are not shown while they are typed. */
async function withTerminal<T>(shell: Shell, use: (ask: Ask) => Promise<T>): Promise<T> {
  let isShown = false;
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (isShown) shell.stdout.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: shell.stdin, output, terminal: true, historySize: 0 });
  // What is pasted after the line may answer the next question, which may ask for a secret.
  reader.on('line', () => (isShown = false));
  const lines = reader[Symbol.asyncIterator]();
  const ask: Ask = async (question) => {
    const { text, fallback, isSecret = false } = question;
    shell.stdout.write(`${text}${fallback === undefined ? '' : ` [${fallback}]`}: `);
    isShown = !isSecret;
    const line = await lines.next();
    if (isSecret) shell.stdout.write('\n');
    if (line.done === true) throw new CommandError('Nothing was written.');
    const answer = line.value.trim() || (fallback ?? '');
    const fault = findFault(question, answer);
    if (fault === null) return answer;
    shell.stdout.write(`${fault}\n`);
    return ask(question);
  };
  try {
    return await use(ask);
  } finally {
    reader.close();
  }
}

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
    DATABASE_URL: database ?? 'sqlite:./data/billing.db',
    ...(publicUrl === undefined ? {} : { PUBLIC_URL: publicUrl }),
    ...(webhookSecret === undefined ? {} : { STRIPE_WEBHOOK_SECRETS: webhookSecret }),
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

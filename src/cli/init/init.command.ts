import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { type Command, Option } from 'commander';
import { loadConfig } from '../../config/config.ts';
import { type Variables, readVariables } from '../../config/environment-schema.ts';
import type { Environment } from '../../config/environment.ts';
import { CommandError } from '../command-failure.ts';
import type { Shell } from '../shell.ts';
import { type Provider, createTokenVariables, ownSessions, providers } from './providers.ts';
import { type Ask, type Question, withQuestions } from './questions.ts';

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

export function addInitCommand(program: Command, shell: Shell): void {
  program
    .command('init')
    .description('ask five questions, and write the variables of a deployment to .env')
    .addOption(new Option('--provider <name>', 'the identity provider').choices(names))
    .option('--issuer <url>', 'the issuer of the tokens')
    .option('--audience <text>', 'the audience of the tokens; several, separated by commas')
    .option(
      '--stripe-key <key>',
      "Stripe's key; default: STRIPE_SECRET_KEY, which keeps it out of the history",
    )
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
  const given = { ...options, ...(stripeKey === undefined ? {} : { stripeKey }) };
  const answers = await collectAnswers(shell, given);
  const variables = createVariables(answers, options);
  loadConfig(variables);
  if (force) await rm(output, { force });
  await writeFile(output, toText(variables), { mode: 0o600, flag: 'wx' });
  shell.stdout.write(`Wrote ${output}.${answers.provider === 'own' ? shareText : ''}\n${nextSteps}`);
}

const shareText = ' Your backend signs tokens with its JWT_SECRET.';
const nextSteps = `
Next:
  billing-portal doctor                        checks it
  billing-portal webhooks create --url URL     lets Stripe send events
  billing-portal link USER CUSTOMER            gives a user access to their billing
`;

async function collectAnswers(shell: Shell, given: Partial<Answers>): Promise<Answers> {
  if (shell.stdin.isTTY === true) return withQuestions(shell, (ask) => answerAll(given, ask));
  const missing: string[] = [];
  const answers = await answerAll(given, ({ option, fallback }) => {
    if (fallback === undefined) missing.push(option);
    return Promise.resolve(fallback ?? '');
  });
  if (missing.length > 0)
    throw new CommandError(`There is no terminal to ask at. These options are needed: ${missing.join(', ')}`);
  return answers;
}

async function answerAll(given: Partial<Answers>, ask: Ask): Promise<Answers> {
  const provider =
    given.provider ??
    (await ask({
      option: '--provider',
      text: `Identity provider (${names.join(', ')})`,
      findFault: (answer) => (names.includes(answer) ? null : `Expected one of ${names.join(', ')}.`),
    }));
  const { issuer: issuerForm, audience: audienceForm, findAudience } = getProvider(provider);
  const askFor = (variable: keyof Variables, question: Omit<Question, 'findFault'>): Promise<string> =>
    ask({
      ...question,
      findFault: (answer) => readVariables({ [variable]: answer }, [variable]).faults[0] ?? null,
    });
  const issuer =
    given.issuer ??
    (await askFor('JWT_ISSUER', { option: '--issuer', text: `Issuer of the tokens, such as ${issuerForm}` }));
  const audience =
    given.audience ??
    (await askFor('JWT_AUDIENCE', {
      option: '--audience',
      text: `Audience of the tokens, which is ${audienceForm}`,
      fallback: findAudience?.(issuer),
    }));
  const stripeKey =
    given.stripeKey ??
    (await askFor('STRIPE_SECRET_KEY', {
      option: '--stripe-key',
      text: "Stripe's secret or restricted key (not shown)",
      isSecret: true,
    }));
  const returnUrls =
    given.returnUrls ??
    (await askFor('RETURN_URLS', {
      option: '--return-urls',
      text: 'Where the portal may lead back to, such as https://app.example.com/account',
    }));
  return { provider, issuer, audience, stripeKey, returnUrls };
}

function createVariables(answers: Answers, options: InitOptions): Environment {
  const { issuer, audience, stripeKey, returnUrls } = answers;
  const { values } = readVariables({ RETURN_URLS: returnUrls }, ['RETURN_URLS']);
  const origins = (values.RETURN_URLS ?? []).map(({ origin }) => origin);
  return {
    // Only a machine of a developer has its pages on http.
    ...(origins.some((origin) => origin.startsWith('http:')) ? { NODE_ENV: 'development' } : {}),
    STRIPE_SECRET_KEY: stripeKey,
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    ...createTokenVariables(getProvider(answers.provider), issuer),
    RETURN_URLS: returnUrls,
    CORS_ORIGINS: [...new Set(origins)].join(','),
    DATABASE_URL: options.database ?? 'sqlite:./data/billing.db',
    ...(options.publicUrl === undefined ? {} : { PUBLIC_URL: options.publicUrl }),
    ...(options.webhookSecret === undefined ? {} : { STRIPE_WEBHOOK_SECRETS: options.webhookSecret }),
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

function getProvider(name: string): Provider {
  return providers[name] ?? ownSessions;
}

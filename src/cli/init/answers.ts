import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ConfigurationError } from '../../config/config.ts';
import { type Variables, readVariables } from '../../config/environment-schema.ts';
import { CommandError, type Shell } from '../shell.ts';
import { getProvider, providers, toIssuer } from './providers.ts';

export interface Answers {
  readonly provider: string;
  readonly issuer: string;
  readonly audience: string;
  readonly stripeKey: string;
  readonly returnUrls: string;
}

const names = Object.keys(providers);

/** Asks for what the options do not say. @throws ConfigurationError for options that the service would not accept */
export async function collectAnswers(shell: Shell, given: Partial<Answers>): Promise<Answers> {
  if (shell.stdin.isTTY === true) return withTerminal(shell, (ask) => answerAll(given, ask));
  const missing: string[] = [];
  const faults: string[] = [];
  const answers = await answerAll(given, (question, answer = question.fallback) => {
    const fault = answer === undefined ? null : findFault(question, answer);
    if (answer === undefined) missing.push(question.option);
    if (fault !== null) faults.push(`${question.option}: ${fault}`);
    return Promise.resolve(answer ?? '');
  });
  if (missing.length > 0)
    throw new CommandError(`There is no terminal to ask at. These options are needed: ${missing.join(', ')}`);
  if (faults.length > 0) throw new ConfigurationError(faults);
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

/** @param given the answer of the command line, if it has one */
type Ask = (question: Question, given: string | undefined) => Promise<string>;

async function answerAll(given: Partial<Answers>, ask: Ask): Promise<Answers> {
  const get = (name: keyof Answers, question: Question): Promise<string> => ask(question, given[name]);
  const provider = await get('provider', {
    option: '--provider',
    text: `Identity provider (${names.join(', ')})`,
  });
  const { issuer: issuerForm, audience: audienceForm, findAudience, keys } = getProvider(provider);
  const issuerText = await get('issuer', {
    option: '--issuer',
    text: `Issuer of the tokens, such as ${issuerForm}`,
    // The address of the keys begins with the issuer.
    variable: keys === null ? 'JWT_ISSUER' : 'JWT_JWKS_URL',
  });
  const issuer = toIssuer(getProvider(provider), issuerText);
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
  if (variable === undefined) return names.includes(answer) ? null : `expected one of ${names.join(', ')}`;
  const { faults } = readVariables({ [variable]: answer }, [variable]);
  const [fault = null] = answer === '' ? ['is required'] : faults;
  return fault?.replace(`${variable}: `, '') ?? null;
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
  const read = async ({ text, fallback, isSecret = false }: Question): Promise<string> => {
    shell.stdout.write(`${text}${fallback === undefined ? '' : ` [${fallback}]`}: `);
    isShown = !isSecret;
    const line = await lines.next();
    if (isSecret) shell.stdout.write('\n');
    if (line.done === true) throw new CommandError('Nothing was written.');
    return line.value.trim() || (fallback ?? '');
  };
  const ask: Ask = async (question, given) => {
    const answer = given ?? (await read(question));
    const fault = findFault(question, answer);
    if (fault === null) return answer;
    shell.stdout.write(`${question.option}: ${fault}\n`);
    return ask(question, undefined);
  };
  try {
    return await use(ask);
  } finally {
    reader.close();
  }
}

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ConfigurationError } from '../../config/config.ts';
import { type Variables, readKeySource, readVariables } from '../../config/environment-schema.ts';
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
  if (shell.stdin.isTTY === true) return askAtTerminal(shell, given);
  const missing: string[] = [];
  const faults: string[] = [];
  const answers = await answerAll((name, question) => {
    const answer = given[name]?.trim() ?? question.fallback;
    const fault = answer === undefined ? null : findFault(question, answer);
    if (answer === undefined) missing.push(toOption(name));
    if (fault !== null) faults.push(`${toOption(name)}: ${fault}`);
    return Promise.resolve(answer ?? '');
  });
  if (missing.length > 0)
    throw new CommandError(`There is no terminal to ask at. These options are needed: ${missing.join(', ')}`);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return answers;
}

interface Question {
  readonly text: string;
  /** The variable that the answer must be valid for; undefined for the provider. */
  readonly variable?: keyof Variables;
  /** Used if the answer is empty. */
  readonly fallback?: string | undefined;
  readonly isSecret?: boolean;
}

type Ask = (name: keyof Answers, question: Question) => Promise<string>;

async function answerAll(ask: Ask): Promise<Answers> {
  const provider = await ask('provider', { text: `Identity provider (${names.join(', ')})` });
  const { issuer: issuerForm, audience: audienceForm, findAudience, keys } = getProvider(provider);
  const issuerText = await ask('issuer', {
    text: `Issuer of the tokens, such as ${issuerForm}`,
    // The address of the keys begins with the issuer.
    variable: keys === null ? 'JWT_ISSUER' : 'JWT_JWKS_URL',
  });
  const issuer = toIssuer(getProvider(provider), issuerText);
  const audience = await ask('audience', {
    text: `Audience of the tokens, which is ${audienceForm}`,
    variable: 'JWT_AUDIENCE',
    fallback: findAudience?.(issuer),
  });
  const stripeKey = await ask('stripeKey', {
    text: "Stripe's secret or restricted key (not shown)",
    variable: 'STRIPE_SECRET_KEY',
    isSecret: true,
  });
  const returnUrls = await ask('returnUrls', {
    text: 'Where the portal may lead back to, such as https://app.example.com/account',
    variable: 'RETURN_URLS',
  });
  return { provider, issuer, audience, stripeKey, returnUrls };
}

/** The option that answers a question: `--stripe-key` for `stripeKey`. */
function toOption(name: keyof Answers): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function findFault({ variable }: Question, answer: string): string | null {
  if (variable === undefined) return names.includes(answer) ? null : `expected one of ${names.join(', ')}`;
  if (answer === '') return 'is required';
  const { values, faults } = readVariables({ [variable]: answer }, [variable]);
  if (variable === 'JWT_JWKS_URL') faults.push(...readKeySource(values).faults);
  return faults[0]?.replace(`${variable}: `, '') ?? null;
}

/** Secrets are not shown while they are typed. */
async function askAtTerminal(shell: Shell, given: Partial<Answers>): Promise<Answers> {
  let isShown = false;
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (isShown) shell.stdout.write(chunk);
      done();
    },
  });
  // A correction writes the question and the line again, which may take several rows.
  Object.assign(output, { columns: shell.stdout.columns });
  const reader = createInterface({ input: shell.stdin, output, terminal: true, historySize: 0 });
  // What is pasted after the line may answer the next question, which may ask for a secret.
  reader.on('line', () => (isShown = false));
  const lines = reader[Symbol.asyncIterator]();
  const read = async ({ text, fallback, isSecret = false }: Question): Promise<string> => {
    reader.setPrompt(`${text}${fallback === undefined ? '' : ` [${fallback}]`}: `);
    shell.stdout.write(reader.getPrompt());
    isShown = !isSecret;
    const line = await lines.next();
    if (isSecret) shell.stdout.write('\n');
    if (line.done === true) throw new CommandError('Nothing was written.');
    return line.value.trim() || (fallback ?? '');
  };
  const ask: Ask = async (name, question) => {
    for (let answer = given[name]?.trim(); ; answer = undefined) {
      answer ??= await read(question);
      const fault = findFault(question, answer);
      if (fault === null) return answer;
      shell.stdout.write(`${toOption(name)}: ${fault}\n`);
    }
  };
  try {
    return await answerAll(ask);
  } finally {
    reader.close();
  }
}

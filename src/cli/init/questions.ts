import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandError } from '../command-failure.ts';
import type { Shell } from '../shell.ts';

export interface Question {
  /** The option that answers it. */
  readonly option: string;
  readonly text: string;
  /** Used if the answer is empty. */
  readonly fallback?: string | undefined;
  readonly isSecret?: boolean;
  /** Says why an answer is not accepted; null if it is. */
  readonly findFault: (answer: string) => string | null;
}

export type Ask = (question: Question) => Promise<string>;

/** Lets `use` ask questions on the terminal. Secrets are not shown while they are typed. */
export async function withQuestions<T>(shell: Shell, use: (ask: Ask) => Promise<T>): Promise<T> {
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
    const { text, fallback, isSecret = false, findFault } = question;
    shell.stdout.write(`${text}${fallback === undefined ? '' : ` [${fallback}]`}: `);
    isShown = !isSecret;
    const line = await lines.next();
    if (isSecret) shell.stdout.write('\n');
    if (line.done === true) throw new CommandError('Nothing was written.');
    const answer = line.value.trim() || (fallback ?? '');
    const fault = findFault(answer);
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

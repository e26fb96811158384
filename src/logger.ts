import { isatty } from 'node:tty';
import { type Logger, pino } from 'pino';
import { LineBatch } from './line-batch.ts';
import { noTraceIds, readTraceIds } from './telemetry/telemetry.ts';

export type { Logger };

export interface LogDestination {
  write(line: string): void;
}

/** JSON lines on stdout, or where `destination` says. */
export function createLogger(level: string, destination?: LogDestination): Logger {
  const options = {
    level,
    base: null,
    serializers: { error: describeError },
    mixin: readTraceIds,
    mixinMergeStrategy: join,
  };
  return pino(options, destination ?? openOutput());
}

/** Without a span there is nothing to join, and what is logged need not be copied. */
function join(line: object, ids: object): object {
  return ids === noTraceIds ? line : { ...ids, ...line };
}

const stdout = 1;
/** Characters; what would be more is dropped. */
const longestBacklog = 1_000_000;

/**
 * A terminal gets each line at once. Anything else gets them in batches, since one write for each line takes as long as
 * all else that is done for it: after half a second at most, and whatever is left when the process ends by itself, by a
 * signal that it waits for, or by an exception. Only who kills it outright loses what it logged last.
 */
function openOutput(): LogDestination {
  const output = pino.destination({ dest: stdout, sync: true, maxLength: longestBacklog });
  // A log that cannot be written must not end the service. What there is room for is written when it can be again.
  output.once('error', ({ message }: Error) =>
    process.stderr.write(`The log cannot be written: ${message}\n`),
  );
  output.on('error', () => undefined);
  if (isatty(stdout)) return output;
  // pino's own batches are put together anew for each line.
  const lines = new LineBatch(output);
  process.once('exit', () => lines.flushSync());
  return lines;
}

/** What a log says of an error. Neither the stack nor text that may hold secrets or addresses is kept. */
export interface ErrorDescription {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  /** The place in this service's own code where it was thrown: `portal/portal-session.service.ts:41`. */
  readonly at?: string | undefined;
  readonly stripeRequestId?: string | undefined;
  readonly cause?: ErrorDescription | undefined;
}

const deepestCause = 4;
/** Some messages hold whole answers, and redacting takes longer with their length. */
const longestMessage = 2_000;

export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error))
    return { name: typeof error, message: 'a value that is not an error was thrown' };
  const { code, requestId } = error as { code?: unknown; requestId?: unknown };
  return {
    name: error.name,
    message: redact(error.message.slice(0, longestMessage)),
    code: typeof code === 'string' || typeof code === 'number' ? redact(String(code)) : undefined,
    at: findOwnFrame(error.stack),
    stripeRequestId: typeof requestId === 'string' ? requestId : undefined,
    cause:
      error.cause === undefined || depth >= deepestCause ? undefined : describeError(error.cause, depth + 1),
  };
}

/** The first frame in this service's own sources. In the bundle, Node translates stacks by the source maps. */
function findOwnFrame(stack = ''): string | undefined {
  const frames = stack.split('\n').filter((frame) => !frame.includes('node_modules'));
  return frames.map((frame) => /\/src\/([\w./-]+\.ts:\d+):\d+/.exec(frame)?.[1]).find(Boolean);
}

/** Each kind of text that must not reach a log, however it got into a message. */
const redactions: readonly (readonly [RegExp, string])[] = [
  [/\n\s+at [^]*$/, ' [stack]'],
  [/\b(?:sk|rk|pk|ek)_(?:test|live)_\w+/g, '[stripe key]'],
  [/\bwhsec_[\w+/=-]+/g, '[webhook secret]'],
  [/\beyJ[\w-]*\.[\w-]*\.?[\w-]*/g, '[token]'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, '[url]'],
  [/\b(?:getaddrinfo \w+|connect \w+) \S+/g, '[address]'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, '[address]'],
  [/\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?\b(?:\/[^\s"'<>]*)?/gi, '[host]'],
  [/[\w.+-]+@\[host\]/g, '[e-mail]'],
  [/(?<![\w/])(?:\/[\w.@-]+){2,}/g, '[path]'],
];

/** Takes secrets, tokens, URLs, addresses, host names, paths and stacks out of a text. */
export function redact(text: string): string {
  return redactions.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

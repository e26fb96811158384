import { isatty } from 'node:tty';
import { type Logger, pino } from 'pino';
import { noTraceIds, readTraceIds } from '../telemetry/telemetry.ts';

export type { Logger };

export interface LogDestination {
  write(line: string): void;
  /** Called after a line of level 60. */
  flushSync?(): void;
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
 * A terminal gets each line at once. Anything else gets lines in batches of 4 kB, or what there is each half second: a
 * write for each line costs as much as the rest of a request. What is left is written when the process exits, and lines of level 60 at
 * once; only SIGKILL loses the last lines.
 */
function openOutput(): LogDestination {
  const batches = isatty(stdout) ? {} : { minLength: 4_096, periodicFlush: 500 };
  const output = pino.destination({ dest: stdout, sync: true, maxLength: longestBacklog, ...batches });
  // A log that cannot be written must not end the service: it is written again when there is room.
  output.once('error', ({ message }: Error) =>
    process.stderr.write(`The log cannot be written: ${message}\n`),
  );
  output.on('error', () => undefined);
  // `flush` tries once. On a full disk `flushSync`, which pino calls after a fatal line, would try without end.
  const flush = (): void => output.flush();
  process.once('exit', flush);
  return { write: (line) => output.write(line), flushSync: flush };
}

/** What a log says of an error. Neither the stack nor text that may hold secrets or addresses is kept. */
export interface ErrorDescription {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  /** The place in this service's own code where it was thrown: `portal/portal-sessions.service.ts:41`. */
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

import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino } from 'pino';
import { BillingError } from '../shared/errors.ts';
import { readTraceIds } from '../telemetry/telemetry.ts';
import { findOwnFrame } from './own-frame.ts';

export type { Logger };

/** The loggers of a process share its stdout and the batches. */
let sharedOutput: DestinationStream | undefined;

export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    serializers: { error: describeError },
    mixin: readTraceIds,
  };
  return pino(options, destination ?? (sharedOutput ??= openOutput()));
}

const stdout = 1;
/** In characters. Further lines are dropped. */
const longestBacklog = 1_000_000;

/** Batches lines, except for a terminal: a write costs as much as the rest of a request. Only SIGKILL loses the last lines. */
function openOutput(): DestinationStream & { flushSync(): void } {
  const batches = isatty(stdout) ? {} : { minLength: 4_096, periodicFlush: 500 };
  const output = pino.destination({ dest: stdout, sync: true, maxLength: longestBacklog, ...batches });
  // A failed write must not end the service: sonic-boom retries it, for example when the disk has space again.
  output.once('error', ({ message }: Error) => process.stderr.write(`Failed to write the log: ${message}\n`));
  output.on('error', () => undefined);
  // The reader of both outputs may be gone. Without a listener, the failed message would end the process.
  process.stderr.on('error', () => undefined);
  // pino calls `flushSync` after a fatal line. On a full disk, sonic-boom's own `flushSync` would retry forever; `flush` tries once.
  const flush = (): void => output.flush();
  process.once('exit', flush);
  return { write: (line) => output.write(line), flushSync: flush };
}

/** Logs what an operator should know. A BillingError without a cause is the client's mistake and is not logged. */
export function logFailure(logger: Logger, error: unknown, what: string, details: object = {}): void {
  if (!(error instanceof BillingError)) logger.error({ ...details, error }, what);
  else if (error.cause !== undefined) logger.warn({ ...details, error }, what);
}

/** An error as logged: without its stack, and with secrets and addresses redacted. */
export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  /** The position in this service's code where the error was thrown: `portal/portal-sessions.service.ts:41`. */
  readonly at?: string | undefined;
  readonly stripeRequestId?: string | undefined;
  readonly cause?: LoggedError | undefined;
}

const deepestCause = 4;
/** Some messages contain whole responses, and redacting long text is slow. */
const longestMessage = 2_000;

export function describeError(error: unknown, depth = 0): LoggedError {
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

const redactions: readonly (readonly [RegExp, string])[] = [
  [/\n\s+at [^]*$/, ' [stack]'],
  [/\b(?:sk|rk|pk|ek)_(?:test|live)_\w+/g, '[stripe key]'],
  [/\bwhsec_[\w+/=-]+/g, '[webhook secret]'],
  [/\beyJ[\w-]*\.[\w-]*\.?[\w-]*/g, '[token]'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, '[url]'],
  [/\b(?:getaddrinfo \w+|connect \w+) \S+/g, '[address]'],
  // IPv6 has `::`, or eight groups.
  [/(?<![\w:])\[?(?=[\da-f:]*::|(?:[\da-f]{1,4}:){7})[\da-f:.]*[\da-f]\]?(?::\d+)?/gi, '[address]'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, '[address]'],
  [/(?<![\w/])(?:\/[\w.@-]+){2,}/g, '[path]'],
  [/[^\s"<>()=,;:]+(?:@|%40)[^\s"'<>()=,;:]*[^\s"'<>()=,;:.]/g, '[e-mail]'],
  [/\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?\b(?:\/[^\s"'<>]*)?/gi, '[host]'],
];

export function redact(text: string): string {
  return redactions.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

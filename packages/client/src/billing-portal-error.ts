import { type BillingPortalErrorCode, type Sentences, englishSentences } from './sentences.ts';

interface Details {
  readonly detail?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly reason?: string | undefined;
  readonly signUpUrl?: string | undefined;
  readonly status?: number | undefined;
  readonly cause: unknown;
}

/** Why billing could not be shown or opened. `message` is a sentence that a customer can be shown. */
export class BillingPortalError extends Error {
  override readonly name = 'BillingPortalError';
  /** The reason in words for developers: log it. */
  readonly detail: string | undefined;
  /** Seconds after which trying again makes sense, where the service or a gateway in front of it said so. */
  readonly retryAfter: number | undefined;
  /** Why the portal cannot do a task, such as `SCHEDULED_CHANGE`: a `BillingTaskRefusal`. */
  readonly reason: string | undefined;
  /** Where a user without a customer can buy, if the service knows it. */
  readonly signUpUrl: string | undefined;
  /** The HTTP status, where an answer came and its status is known. */
  readonly status: number | undefined;

  constructor(
    readonly code: BillingPortalErrorCode,
    message: string,
    { detail, retryAfter, reason, signUpUrl, status, cause }: Details,
  ) {
    super(message, { cause });
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.reason = reason;
    this.signUpUrl = signUpUrl;
    this.status = status;
  }
}

/**
 * Reads what Apollo Client 3 or 4 or urql reports, what `fetch` rejects with, or an answer as `{ response, bodyText }`.
 * A code that this version does not know is treated as a fault on our side, and `detail` keeps the service's words.
 */
export function toBillingPortalError(failed: unknown, sentences: Sentences = {}): BillingPortalError {
  if (failed instanceof BillingPortalError) return failed;
  const failure = unwrap(failed);
  const [error] = findErrors(failure);
  // urql has the response beside what it wraps.
  const response = toObject(failure['response'] ?? toObject(failed)['response']);
  const status = typeof response['status'] === 'number' ? response['status'] : undefined;
  const { retryAfter, reason, signUpUrl } = toObject(error?.['extensions']);
  const code = error === undefined ? toCodeWithoutErrors(failure, status) : toCode(error);
  return createError(code, sentences, {
    detail: toText(error?.['message']) ?? readDetail(failure) ?? describeStatus(status),
    retryAfter: typeof retryAfter === 'number' ? retryAfter : readRetryAfter(response),
    reason: toText(reason),
    signUpUrl: toText(signUpUrl),
    status,
    cause: failed,
  });
}

/** What `fetch` rejected with, whatever that is: no answer came. */
export function toNetworkError(reason: unknown, sentences: Sentences = {}): BillingPortalError {
  const detail = toText(toObject(reason)['message']);
  return createError('NETWORK_ERROR', sentences, { detail, cause: reason });
}

function createError(
  code: BillingPortalErrorCode,
  sentences: Sentences,
  details: Details,
): BillingPortalError {
  return new BillingPortalError(code, sentences[code] ?? englishSentences[code], details);
}

type Properties = Readonly<Record<string, unknown>>;

function toObject(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? (value as Properties) : {};
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Apollo Client 3 and urql wrap what a request failed with. */
function unwrap(reason: unknown): Properties {
  const { networkError } = toObject(reason);
  return toObject(networkError ?? reason);
}

/**
 * A GraphQL answer and Apollo Client 4 have `errors`, Apollo Client 3 has `graphQLErrors`. Where the status was not a
 * success, version 4 has the body as text and version 3 as `result`.
 */
function findErrors({ errors, graphQLErrors, result, bodyText }: Properties): readonly Properties[] {
  const found = [errors, graphQLErrors, toObject(result)['errors'], parseBody(bodyText)['errors']];
  const list: unknown = found.find((value) => Array.isArray(value) && value.length > 0);
  return Array.isArray(list) ? list.map(toObject) : [];
}

/** Empty for a body that is no JSON object. */
export function parseBody(bodyText: unknown): Properties {
  try {
    return toObject(JSON.parse(String(bodyText)));
  } catch {
    return {};
  }
}

function toCode(error: Properties): BillingPortalErrorCode {
  const { code } = toObject(error['extensions']);
  return typeof code === 'string' && Object.hasOwn(englishSentences, code)
    ? (code as BillingPortalErrorCode)
    : 'INTERNAL_SERVER_ERROR';
}

/** A gateway answers in its own words; two of its statuses mean the same as the service's codes. */
const statusCodes: Readonly<Record<number, BillingPortalErrorCode>> = {
  401: 'UNAUTHENTICATED',
  429: 'RATE_LIMITED',
};

function toCodeWithoutErrors(failure: Properties, status: number | undefined): BillingPortalErrorCode {
  if (status !== undefined) return statusCodes[status] ?? 'INTERNAL_SERVER_ERROR';
  return isFetchRejection(failure) ? 'NETWORK_ERROR' : 'INTERNAL_SERVER_ERROR';
}

/** The words of Chromium, Firefox, Safari, React Native and Node: a TypeError with other words is a fault of a program. */
const rejections =
  /^\s*(failed to fetch|network ?error|a network error|load failed|the internet connection|the network connection|network connection lost|(network|the) request (failed|timed out)|cancelled$|fetch failed|terminated|error in (input|body) stream)/i;

/** By name, since the error may be of another realm. Apollo Client passes on what its `fetch` rejected with. */
function isFetchRejection({ name, message }: Properties): boolean {
  if (name === 'TimeoutError' || name === 'AbortError') return true;
  return name === 'TypeError' && typeof message === 'string' && rejections.test(message);
}

/** In seconds; the header has seconds or a date. */
function readRetryAfter({ headers }: Properties): number | undefined {
  const { get } = toObject(headers) as { get?: unknown };
  const text: unknown = typeof get === 'function' ? get.call(headers, 'retry-after') : null;
  if (typeof text !== 'string') return undefined;
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

/** Of an answer in REST's form, such as that to a wrong path, or of an error that was thrown. */
function readDetail({ bodyText, message }: Properties): string | undefined {
  return toText(parseBody(bodyText)['error']) ?? toText(message);
}

function describeStatus(status: number | undefined): string | undefined {
  return status === undefined ? undefined : `The answer with status ${status} is not the service's.`;
}

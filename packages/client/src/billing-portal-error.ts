import { type BillingPortalErrorCode, type Sentences, englishSentences } from './sentences.ts';

/** Why billing could not be shown or opened. `message` is a sentence that a customer can be shown. */
export class BillingPortalError extends Error {
  override readonly name = 'BillingPortalError';

  constructor(
    readonly code: BillingPortalErrorCode,
    message: string,
    /** What the service said, in words for developers: log it. */
    readonly detail: string | undefined,
    /** Seconds after which trying again makes sense, where the service said. */
    readonly retryAfter: number | undefined,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

interface AnsweredError {
  readonly message?: string;
  readonly extensions?: { readonly code?: unknown; readonly retryAfter?: unknown };
}

/**
 * Reads what Apollo Client reports, what `fetch` throws, or the body of an answer. A code that this version does not
 * know is treated as a fault on our side, with what was said kept in `detail`.
 */
export function toBillingPortalError(reason: unknown, sentences: Sentences = {}): BillingPortalError {
  if (reason instanceof BillingPortalError) return reason;
  const [error] = findErrors(reason);
  const { name, message } = (reason ?? {}) as Partial<Error>;
  // What `fetch` rejects with when no answer came; by name, since it may be of another realm.
  const code = error === undefined && name === 'TypeError' ? 'NETWORK_ERROR' : toCode(error);
  const retryAfter = error?.extensions?.retryAfter;
  return new BillingPortalError(
    code,
    sentences[code] ?? englishSentences[code],
    error?.message ?? message,
    typeof retryAfter === 'number' ? retryAfter : undefined,
    reason,
  );
}

/** Apollo's CombinedGraphQLErrors and a GraphQL body have `errors`; its ServerError has the body as text. */
function findErrors(reason: unknown): readonly AnsweredError[] {
  if (typeof reason !== 'object' || reason === null) return [];
  if ('errors' in reason && Array.isArray(reason.errors)) return reason.errors as AnsweredError[];
  if (!('bodyText' in reason) || typeof reason.bodyText !== 'string') return [];
  try {
    return findErrors(JSON.parse(reason.bodyText));
  } catch {
    return [];
  }
}

function toCode(error: AnsweredError | undefined): BillingPortalErrorCode {
  const code = error?.extensions?.code;
  return typeof code === 'string' && Object.hasOwn(englishSentences, code)
    ? (code as BillingPortalErrorCode)
    : 'INTERNAL_SERVER_ERROR';
}

import { type BillingErrorCode, errorStatuses } from '../../src/shared/errors.ts';

/** What came back, read to its end. */
export interface FuzzAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What must not happen, whatever is sent. */
export type Harm = '5xx' | 'INTERNAL_SERVER_ERROR' | 'service fault' | 'leak' | 'not JSON';

export interface Verdict {
  readonly harms: readonly Harm[];
  /** Whether it was GraphQL that could be run: that a resolver refused it is no matter. */
  readonly ran: boolean;
  /** The codes of its errors; `data` when it had none. */
  readonly outcome: string;
}

/** Stacks, places of code, and what stores, drivers and the runtime say of their failures. */
export const internals: readonly RegExp[] = [
  /\bat \S+ \(|\n\s+at /,
  /\.[cm]?[jt]s:\d+/,
  /node_modules|node:internal|file:\/\/\//,
  // The table's name is a part of an injection that is sent; what the table holds begins with CREATE.
  /SQLITE_(?!master\b)|CREATE (TABLE|INDEX)|SqliteError|libsql|no such (table|column)|syntax error near|UNIQUE constraint|near ".*": syntax/i,
  /Mongo\w*Error|E11000|BSON|CastError|ObjectId|mongoose|FerretDB/i,
  /Stripe\w*Error|request-id|req_\w{8}|resource_missing/,
  /(Type|Range|Reference|URI|Syntax)Error|Cannot read prop|is not a function|is not iterable|Maximum call stack/,
  /ECONN\w+|EPIPE|UND_ERR|ETIMEDOUT/,
  /\b[rs]k_(test|live)_|whsec_|eyJ[\w-]{8,}\.eyJ|planted|UGxhbnRlZ/i,
];

/** Codes by which the service blames itself, Stripe or the store: no input may bring them about. */
export const serviceFaults: ReadonlySet<string> = new Set<string>(
  (Object.keys(errorStatuses) as BillingErrorCode[]).filter((code) => errorStatuses[code].rest >= 500),
);

interface AnswerBody {
  readonly data?: unknown;
  readonly errors?: readonly { readonly path?: unknown; readonly extensions?: { readonly code?: string } }[];
  readonly code?: string;
}

/** @param secrets texts of this very service that nobody may learn */
export function judge({ status, headers, text }: FuzzAnswer, secrets: readonly string[] = []): Verdict {
  const body = parse(text);
  const redirects = status === 303 && text === '';
  const isJson =
    body !== null && /^application\/(graphql-response\+)?json\b/.test(headers.get('content-type') ?? '');
  const errors = body?.errors ?? [];
  const codes = [
    ...errors.map(({ extensions }) => extensions?.code ?? 'no code'),
    ...(body?.code ? [body.code] : []),
  ];
  const leaks =
    internals.some((pattern) => pattern.test(text)) || secrets.some((secret) => text.includes(secret));
  const checks: readonly (readonly [Harm, boolean])[] = [
    ['5xx', status >= 500],
    ['INTERNAL_SERVER_ERROR', codes.includes('INTERNAL_SERVER_ERROR') || codes.includes('no code')],
    ['service fault', codes.some((code) => serviceFaults.has(code))],
    ['leak', leaks],
    ['not JSON', !isJson && !redirects],
  ];
  return {
    harms: checks.flatMap(([harm, found]) => (found ? [harm] : [])),
    ran: body?.data !== undefined && errors.every(({ path }) => path !== undefined),
    outcome: redirects ? 'redirect' : codes.join(' ') || 'data',
  };
}

function parse(text: string): AnswerBody | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

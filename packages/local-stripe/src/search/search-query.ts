import { invalidRequest } from '../stripe-api-error.ts';

/** One clause of a query: `email:"ada@example.com"`, `-metadata["userId"]:"1"`. */
export interface SearchClause {
  readonly negated: boolean;
  readonly field: string;
  /** The metadata key; null for other fields. */
  readonly key: string | null;
  readonly value: string;
}

const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;
const clausePattern = new RegExp(
  String.raw`(?<sign>-?)(?<field>[a-z_.]+)(?:\[(?<key>${quoted})\])?(?<operator>:|~|[<>]=?)(?<value>${quoted}|[^\s"'\\]+)`,
  'ys',
);
const separatorPattern = /\s+(?:(?<word>AND|OR)\s+)?/iy;

/**
 * Parses exact matches joined by AND. The rest of Stripe's query language is refused with an error that says so
 * (https://docs.stripe.com/search#search-query-language).
 * @throws StripeApiError
 */
export function parseSearchQuery(query: string): SearchClause[] {
  const text = query.trim();
  const clauses: SearchClause[] = [];
  let position = 0;
  for (;;) {
    const clause = matchAt(clausePattern, text, position);
    if (!clause) throw unreadable();
    clauses.push(toClause(clause.groups ?? {}));
    position += clause[0].length;
    if (position === text.length) return clauses;
    const separator = matchAt(separatorPattern, text, position);
    if (!separator) throw unreadable();
    if (separator.groups?.word?.toUpperCase() === 'OR') throw missingHere('OR');
    position += separator[0].length;
  }
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

function toClause({
  sign,
  field = '',
  key,
  operator = '',
  value = '',
}: Record<string, string>): SearchClause {
  if (operator !== ':') throw missingHere(operator);
  if ((field === 'metadata') !== (key !== undefined)) throw unreadable();
  return {
    negated: sign === '-',
    field,
    key: key === undefined ? null : unquote(key),
    value: unquote(value),
  };
}

/** Removes quotes. A backslash escapes a quote or a backslash. */
function unquote(text: string): string {
  return /^["']/.test(text) ? text.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : text;
}

function unreadable(): Error {
  return invalidRequest(
    'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to query for metadata or ' +
      'key:"value" to query for other fields.',
  );
}

function missingHere(what: string): Error {
  return invalidRequest(
    `The local Stripe does not support \`${what}\` in a search query. Stripe does.`,
    'query',
  );
}

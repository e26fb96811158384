import { describe, expect, test } from '@jest/globals';
import { errorStatuses } from '../../src/shared/errors.ts';
import type { AnsweredError } from '../helpers/graphql-answer.ts';
import { type CaseAnswer, type ErrorCode, runErrorCase } from './error-case.ts';
import { errorCases } from './error-cases.ts';
import { planted } from './planted.ts';

/** The status of each code as it is documented, on GraphQL and on REST; null where REST has no such failure. */
const documentedStatuses: Readonly<
  Record<ErrorCode, { readonly graphql: number; readonly rest: number | null }>
> = {
  UNAUTHENTICATED: { graphql: 401, rest: 401 },
  AUTH_UNAVAILABLE: { graphql: 503, rest: 503 },
  FORBIDDEN: { graphql: 200, rest: 403 },
  RATE_LIMITED: { graphql: 429, rest: 429 },
  CUSTOMER_NOT_FOUND: { graphql: 200, rest: 404 },
  CUSTOMER_AMBIGUOUS: { graphql: 200, rest: 409 },
  RETURN_URL_NOT_ALLOWED: { graphql: 200, rest: 400 },
  BAD_USER_INPUT: { graphql: 200, rest: 400 },
  FLOW_NOT_ALLOWED: { graphql: 200, rest: 403 },
  PORTAL_NOT_CONFIGURED: { graphql: 200, rest: 503 },
  DOCUMENT_NOT_TRUSTED: { graphql: 400, rest: 400 },
  STRIPE_UNAVAILABLE: { graphql: 200, rest: 503 },
  STRIPE_RATE_LIMITED: { graphql: 200, rest: 503 },
  STRIPE_MISCONFIGURED: { graphql: 200, rest: 502 },
  STORE_UNAVAILABLE: { graphql: 200, rest: 503 },
  GRAPHQL_PARSE_FAILED: { graphql: 400, rest: null },
  GRAPHQL_VALIDATION_FAILED: { graphql: 400, rest: null },
  INTERNAL_SERVER_ERROR: { graphql: 200, rest: 500 },
};

const masked = 'Something went wrong on our side. Quote the x-request-id header when you report it.';

/** Codes that come with the seconds to wait. */
const withRetryAfter = new Set<unknown>(['RATE_LIMITED', 'AUTH_UNAVAILABLE', 'STRIPE_RATE_LIMITED']);

interface Failure {
  readonly code?: string;
  readonly message?: string;
  readonly retryAfter?: number;
}

/** What a client is told, in whichever form. */
function readFailure({ wayIn, text }: CaseAnswer): Failure {
  if (wayIn !== 'GraphQL') {
    const { error: message, ...failure } = JSON.parse(text) as { readonly error: string };
    return { message, ...failure };
  }
  const { errors, data } = JSON.parse(text) as { readonly errors: readonly AnsweredError[]; data?: unknown };
  expect(errors).toHaveLength(1);
  expect(data ?? null).toBeNull();
  return { message: errors[0]?.message, ...errors[0]?.extensions };
}

test('without a fault a session is opened by every way in', async () => {
  const { answers } = await runErrorCase({});

  expect(answers.map(({ wayIn, status }) => [wayIn, status])).toEqual([
    ['GraphQL', 200],
    ['POST', 200],
    ['GET', 303],
  ]);
  expect(answers[0]?.text).toContain(planted.sessionUrl);
  expect(JSON.parse(answers[1]?.text ?? '')).toEqual({ url: planted.sessionUrl });
  expect(answers[2]?.headers.get('location')).toBe(planted.sessionUrl);
});

describe('every way in answers', () => {
  test.each(errorCases)('$code when $when', async (errorCase) => {
    const { answers } = await runErrorCase(errorCase);

    const { graphql, rest } = documentedStatuses[errorCase.code];
    for (const answer of answers) {
      const expected = answer.wayIn === 'GraphQL' ? (errorCase.graphqlStatus ?? graphql) : rest;
      const failure = readFailure(answer);
      expect([answer.wayIn, failure.code, answer.status]).toEqual([answer.wayIn, errorCase.code, expected]);
      if (errorCase.code === 'INTERNAL_SERVER_ERROR') expect(failure.message).toBe(masked);
      expect(Object.keys(failure).sort()).toEqual([
        'code',
        'message',
        ...(failure.code === 'FLOW_NOT_ALLOWED' ? ['reason'] : []),
        ...(withRetryAfter.has(failure.code) ? ['retryAfter'] : []),
      ]);
      expect(answer.headers.get('retry-after')).toBe(failure.retryAfter?.toString() ?? null);
    }
  });
});

test('every code that the service can answer has a case', () => {
  const covered = new Set<string>(errorCases.map(({ code }) => code));

  expect(Object.keys(documentedStatuses).filter((code) => !covered.has(code))).toEqual([]);
});

test('the statuses in the code are the documented ones', () => {
  for (const [code, { graphql, rest }] of Object.entries(errorStatuses)) {
    expect([code, documentedStatuses[code as ErrorCode]]).toEqual([code, { graphql, rest }]);
  }
});

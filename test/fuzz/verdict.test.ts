import { expect, test } from '@jest/globals';
import { type Harm, judge } from './verdict.ts';

const json = 'application/json; charset=utf-8';
const withCode = (code: string): string =>
  JSON.stringify({ errors: [{ message: 'm', extensions: { code } }] });
const withMessage = (message: string): string =>
  JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] });

test.each<[string, Harm, number, string, string]>([
  ['a status of 500', '5xx', 500, json, '{}'],
  ['a status of 503', '5xx', 503, json, '{}'],
  ['a masked failure', 'INTERNAL_SERVER_ERROR', 200, json, withCode('INTERNAL_SERVER_ERROR')],
  ['an error without a code', 'INTERNAL_SERVER_ERROR', 200, json, '{"errors":[{"message":"m"}]}'],
  ['a failure that is put down to Stripe', 'service fault', 200, json, withCode('STRIPE_MISCONFIGURED')],
  ['HTML', 'not JSON', 200, 'text/html', '<p>'],
  ['JSON under another type', 'not JSON', 200, 'text/plain', '{}'],
  ['nothing', 'not JSON', 200, json, ''],
  ['a stack', 'leak', 200, json, withMessage('x\n    at f (/srv/app.js:1:2)')],
  ['a place in the code', 'leak', 200, json, withMessage('portal/portal-flows.service.ts:41')],
  ['SQL', 'leak', 200, json, withMessage('no such column: x')],
  ['what MongoDB says', 'leak', 200, json, withMessage('E11000 duplicate key error')],
  ['what mongoose says', 'leak', 200, json, withMessage('Cast to string failed: CastError')],
  ['what V8 says', 'leak', 200, json, withMessage("Cannot read properties of undefined (reading 'x')")],
  ['a key', 'leak', 200, json, withMessage('Invalid API key: sk_test_x')],
  ['a secret of this service', 'leak', 200, json, withMessage('in /var/lib/billing.db')],
])('%s is seen as harm: %s', (_name, harm, status, type, text) => {
  const headers = new Headers({ 'content-type': type });
  expect(judge({ status, headers, text }, ['/var/lib/billing.db']).harms).toEqual([harm]);
});

test.each<[string, boolean, string]>([
  ['data', true, '{"data":{"a":1}}'],
  [
    'an error of a resolver',
    true,
    '{"data":null,"errors":[{"path":["a"],"extensions":{"code":"FORBIDDEN"}}]}',
  ],
  ['an error of parsing or validation', false, withCode('GRAPHQL_VALIDATION_FAILED')],
  ['a refusal by REST', false, '{"error":"m","code":"BAD_USER_INPUT"}'],
])('%s is no harm, and passed validation: %s', (_name, ran, text) => {
  const headers = new Headers({ 'content-type': json });
  expect(judge({ status: 200, headers, text })).toMatchObject({ harms: [], ran });
});

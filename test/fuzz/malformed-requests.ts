import fc from 'fast-check';
import {
  type Document,
  type FuzzOperation,
  type FuzzRequest,
  createArguments,
  postJson,
} from './fuzz-request.ts';
import { type KnownValues, anyJson } from './hostile-values.ts';

const tokens = fc.constantFrom(
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '!',
    '$',
    '&',
    '...',
    ':',
    '=',
    '@',
    '|',
    '"',
    '"""',
    '#',
    ',',
    '\\',
    '\ufeff',
  ],
  ...[
    'query',
    'mutation',
    'subscription',
    'fragment',
    'on',
    'null',
    'true',
    'type',
    'extend',
    'schema',
    'input',
  ],
  ...[
    '__typename',
    '__schema',
    '__type',
    '__proto__',
    'constructor',
    'Query',
    'Mutation',
    'Int',
    'ID',
    'Fuzz',
  ],
  ...[
    '@skip(if: true)',
    '@include(if: $x)',
    '@defer',
    '@stream',
    '@deprecated',
    '@oneOf',
    '@constructor',
    '... on Query',
  ],
  ...[
    '0',
    '-0',
    '01',
    '1e',
    '1.',
    '9'.repeat(400),
    '1e99999',
    '"\\u{110000}"',
    '"\\ud800"',
    '"\\x"',
    '\u0000',
    '\ud800',
  ],
  ...[
    '{a'.repeat(40),
    '[['.repeat(400),
    '((',
    'a: '.repeat(50),
    '...F',
    '$x: Int = 99999999999',
    'billingCustomer',
  ],
);

/** A text of which parts are gone, twice there, or something else. */
function mutate(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.record({ at: fc.nat(), length: fc.nat(12), piece: fc.option(tokens), twice: fc.boolean() });
  return fc.tuple(texts, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([text, edits]) =>
    edits.reduce((before, { at, length, piece, twice }) => {
      const start = at % (before.length + 1);
      const part = before.slice(start, start + length);
      return before.slice(0, start) + (twice ? part + part : (piece ?? '')) + before.slice(start + length);
    }, text),
  );
}

/** Documents that are hardly GraphQL: mutated ones, and words of the language in any order. */
export function createMalformedDocuments(documents: fc.Arbitrary<Document>): fc.Arbitrary<Document> {
  const words = fc.array(tokens, { maxLength: 25 }).map((parts) => parts.join(' '));
  return fc.oneof(
    { weight: 3, arbitrary: words.map((query) => ({ query })) },
    {
      weight: 5,
      arbitrary: fc
        .tuple(documents, mutate(documents.map(({ query }) => query)))
        .map(([{ variables }, query]) => ({ query, ...(variables && { variables }) })),
    },
    {
      weight: 2,
      arbitrary: mutate(documents.map(({ query }) => `${query} ${query}`)).map((query) => ({ query })),
    },
  );
}

const contentTypes = [
  ...[
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=utf-16',
    'APPLICATION/JSON',
  ],
  ...[
    'application/graphql',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
  ],
  ...[
    'application/json, text/plain',
    'application/',
    ';',
    'application/json; charset="',
    'application/graphql-response+json',
  ],
];

/** Bodies that are hardly a request: JSON of another form, broken JSON, broken bytes, and other content types. */
export function createMalformedBodies(
  path: string,
  contents: fc.Arbitrary<unknown>,
): fc.Arbitrary<FuzzRequest> {
  const texts = contents.map((content) => JSON.stringify(content));
  const bytes = fc
    .tuple(texts, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 6 }))
    .map(([text, at, inserted]) => {
      const before = Buffer.from(text);
      const start = at % (before.length + 1);
      return new Uint8Array([
        ...before.subarray(0, start),
        ...inserted,
        ...before.subarray(start + inserted.length),
      ]);
    });
  const post = (body: string | Uint8Array, contentType: string): FuzzRequest => ({
    method: 'POST',
    path,
    contentType,
    body,
  });
  return fc.oneof(
    { weight: 3, arbitrary: anyJson.map((content) => postJson(path, content)) },
    { weight: 3, arbitrary: mutate(texts).map((text) => post(text, 'application/json')) },
    { weight: 2, arbitrary: bytes.map((body) => post(body, 'application/json')) },
    {
      weight: 1,
      arbitrary: fc.tuple(texts, fc.constantFrom(...contentTypes)).map(([text, type]) => post(text, type)),
    },
  );
}

/** What GraphQL over HTTP calls well-formed, with any value in each place. */
export function createMalformedParameters(documents: fc.Arbitrary<Document>): fc.Arbitrary<unknown> {
  return documents.chain(({ query, variables }) =>
    fc.record(
      {
        query: fc.oneof(
          { weight: 4, arbitrary: fc.constant<unknown>(query) },
          { weight: 1, arbitrary: anyJson },
        ),
        variables: fc.oneof(fc.constant<unknown>(variables), anyJson),
        operationName: anyJson,
        extensions: fc.oneof(
          anyJson,
          fc.constant({ persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } }),
        ),
        __proto__: anyJson,
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  );
}

/** The REST twin takes what the mutation of a session does. */
export function createRestRequests(session: FuzzOperation, known: KnownValues): fc.Arbitrary<FuzzRequest> {
  const values = createArguments(session.field.args, known);
  const search = (content: Record<string, unknown>): string =>
    Object.entries(content)
      .map(([name, value]) => {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        return `${name}=${encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))}`;
      })
      .join('&');
  const get = (query: string): FuzzRequest => ({ method: 'GET', path: `/billing-portal?${query}` });
  return fc.oneof(
    { weight: 4, arbitrary: values.map((content) => postJson('/api/billing-portal', content)) },
    { weight: 2, arbitrary: createMalformedBodies('/api/billing-portal', values) },
    {
      weight: 2,
      arbitrary: values.map(({ returnUrl, locale, ...rest }) =>
        get(
          search({
            returnUrl,
            ...(locale === undefined ? {} : { locale }),
            ...(Object.keys(rest).length > 3 ? rest : {}),
          }),
        ),
      ),
    },
    // Whatever Node's client lets into a request line.
    {
      weight: 1,
      arbitrary: mutate(values.map(search)).map((text) => get(text.replace(/[^\u0021-\u007e]|#/g, '%'))),
    },
  );
}

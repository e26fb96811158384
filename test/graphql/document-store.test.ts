import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { countRetainedBytes, createDocumentStore } from '../../src/graphql/document-store.ts';

const storedBytes = 8 * 1024 * 1024;

async function keepAll(count: number, write: (index: number) => string) {
  const store = createDocumentStore();
  const documents = Array.from({ length: count }, (_, index) => parse(write(index)));
  for (const [index, document] of documents.entries()) await store.set(String(index), document);
  return { store, documents };
}

test.each<[string, (index: number) => string]>([
  ['one long comment', (index) => `query Q${index} { a } # ${'x'.repeat(60_000)}`],
  ['a comment of wide characters', (index) => `query Q${index} { a } # ${'€'.repeat(20_000)}`],
  ['many short comments', (index) => `query Q${index} { a }\n${'#\n'.repeat(400)}`],
  ['many fields', (index) => `query Q${index} { ${'a '.repeat(400)} }`],
  ['a long operation name', (index) => `query Q${index}${'x'.repeat(60_000)} { a }`],
])('keeps no more than 8 MB of documents with %s', async (_title, write) => {
  const { store, documents } = await keepAll(500, write);

  const kept = store.keys().map((key) => documents[Number(key)]);
  const sourceBytes = kept.reduce((sum, document) => sum + 2 * (document?.loc?.source.body.length ?? 0), 0);
  expect(kept.length).toBeGreaterThan(10);
  expect(kept.length).toBeLessThan(500);
  expect(sourceBytes).toBeLessThanOrEqual(storedBytes);
});

test('keeps no document that is larger than a client needs, and evicts nothing for it', async () => {
  const store = createDocumentStore();
  await store.set('small', parse('{ a }'));
  await store.set('large', parse(`{ a }\n${'#\n'.repeat(30_000)}`));

  expect(store.keys()).toEqual(['small']);
});

test('counts the comments of a document, which its JSON omits', () => {
  const plain = parse('{ a }');
  const commented = parse(`{ a }\n${'#\n'.repeat(10_000)}`);

  expect(countRetainedBytes(commented) - countRetainedBytes(plain)).toBeGreaterThan(90 * 10_000);
});

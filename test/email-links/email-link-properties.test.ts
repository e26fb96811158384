import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createLinkToken,
  isLinkId,
  isLinkToken,
  linkPath,
  toLinkId,
} from '../../src/email-links/email-link-register.ts';
import { type LinkKit, createLinkKit } from './email-link-kit.ts';

const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
const tokens = fc
  .array(fc.constantFrom(...alphabet), { minLength: 43, maxLength: 43 })
  .map((letters) => letters.join(''));

describe('tokens and ids', () => {
  test('every token that is made is one, is like no other, and is nothing that an id is', () => {
    const made = Array.from({ length: 1000 }, createLinkToken);

    expect(new Set(made).size).toBe(made.length);
    expect(made.every(isLinkToken)).toBe(true);
    expect(made.some(isLinkId)).toBe(false);
  });

  test('every text has an id of its own, from which its token cannot be told', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, other) => {
        expect(isLinkId(toLinkId(text))).toBe(true);
        expect(isLinkToken(toLinkId(text))).toBe(false);
        expect(toLinkId(text) === toLinkId(other)).toBe(text === other);
      }),
    );
  });

  test('a token with anything more, less or else than its 43 characters is none', () => {
    fc.assert(
      fc.property(tokens, fc.nat(43), fc.string({ unit: 'binary', minLength: 1 }), (token, at, text) => {
        expect(isLinkToken(token)).toBe(true);
        expect(isLinkToken(token.slice(0, at) + text + token.slice(at))).toBe(false);
        expect(isLinkToken(token.slice(0, at))).toBe(at === 43);
        const changed = token.slice(0, at) + text + token.slice(at + text.length);
        expect(isLinkToken(changed)).toBe(
          changed.length === 43 && Array.from(changed).every((letter) => alphabet.includes(letter)),
        );
      }),
    );
  });
});

describe('a link that is not the very one', () => {
  let kit: LinkKit;
  let token: string;

  beforeAll(async () => {
    kit = await createLinkKit();
    const { url } = await kit.create(await kit.createUser(), { singleUse: false });
    token = url.slice(-43);
  });

  const visit = (method: string, text: string): ReturnType<LinkKit['visit']> =>
    kit.visit(method, { url: `${linkPath}/${encodeURIComponent(text)}` });

  test('is unknown, whatever it differs in', async () => {
    const unknown = await visit('GET', 'a'.repeat(43));
    const changes = fc.record({
      at: fc.nat(42),
      put: fc.oneof(fc.constantFrom(...alphabet), fc.string({ unit: 'binary', maxLength: 3 })),
      removed: fc.nat(2),
    });
    const near = changes.map(({ at, put, removed }) => token.slice(0, at) + put + token.slice(at + removed));
    const others = fc.oneof(
      { weight: 4, arbitrary: near },
      { weight: 2, arbitrary: tokens },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom(
            () => token.toUpperCase(),
            () => toLinkId(token),
            () => `${token}\n`,
            () => `${token}=`,
            () => ` ${token}`,
            () => Array.from(token).reverse().join(''),
          )
          .map((create) => create()),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 3 }) },
    );
    expect(unknown.status).toBe(404);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST'), others, async (method, text) => {
        fc.pre(text !== token);
        const { status, text: page } = await visit(method, text);
        expect({ status, page }).toEqual({ status: 404, page: unknown.text });
      }),
      { numRuns: 300 },
    );
  });

  test('and leaves the link as it was', async () => {
    expect((await visit('GET', token)).status).toBe(200);
    expect((await visit('POST', token)).status).toBe(303);
  });
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { getPortalLocale } from '../../src/portal/portal-locale.ts';
import { anyCharacter } from '../helpers/any-character.ts';

test.each([
  ['de', 'de'],
  ['de-AT', 'de'],
  ['de_AT', 'de'],
  ['PT-br', 'pt-BR'],
  ['pt-PT', 'pt'],
  ['en-US', 'en'],
  ['en-NZ', 'en-NZ'],
  ['fr-BE', 'fr'],
  ['fr-CA', 'fr-CA'],
  ['es-ES', 'es'],
  ['es-MX', 'es-419'],
  ['es-AR', 'es-419'],
  ['es-419', 'es-419'],
  ['zh', 'zh'],
  ['zh-CN', 'zh'],
  ['zh-Hans-SG', 'zh'],
  ['zh-Hans-HK', 'zh'],
  ['zh-Hant', 'zh-TW'],
  ['zh-TW', 'zh-TW'],
  ['zh-Hant-TW', 'zh-TW'],
  ['zh-HK', 'zh-HK'],
  ['zh-Hant-HK', 'zh-HK'],
  ['zh-Hant-MO', 'zh-HK'],
  ['zh-MO', 'zh-HK'],
  ['cmn-Hant-TW', 'zh-TW'],
  ['yue-HK', 'zh-HK'],
  ['no', 'nb'],
  ['no-NO', 'nb'],
  ['nn', 'nb'],
  ['nn-NO', 'nb'],
  ['tl', 'fil'],
  ['tl-PH', 'fil'],
  ['in-ID', 'id'],
  ['mo', 'ro'],
  ['de-1996', 'de'],
  ['de-DE-u-co-phonebk', 'de'],
  ['ja-JP-x-private', 'ja'],
])('%s is the portal’s %s', (tag, locale) => {
  expect(getPortalLocale(tag)).toBe(locale);
});

const unknownTags = [
  'auto',
  'tlh',
  'uk',
  'ar',
  'he',
  'be',
  'ca',
  'af',
  'sr-Latn',
  'und',
  'mul',
  'C.UTF-8',
  'i-klingon',
  '',
  ' ',
  '*',
  '-',
  'x',
  'en--US',
  'english',
  '12345',
  '../de',
  '__proto__',
  'constructor',
  'd\u0435',
  'de\n',
  'null',
  'a'.repeat(100_000),
  `de${'-abcde'.repeat(20_000)}`,
  // Intl.Locale sorts the attributes and the variants of a tag, however many there are.
  `de-u-${Array.from({ length: 15_000 }, (_, index) => index.toString(36).padStart(3, 'a')).join('-')}`,
  `de-${Array.from({ length: 15 }, (_, index) => `varia${index}`).join('-')}`,
];

test.each(unknownTags.map((tag) => [JSON.stringify(tag).slice(0, 30), tag]))(
  '%s is left to Stripe',
  (_shown, tag) => {
    expect(getPortalLocale(tag)).toBeNull();
  },
);

test('a language is never answered with another one', () => {
  const letters = fc.stringMatching(/^[a-z]{2,3}$/);
  const region = fc.stringMatching(/^[A-Z]{2}$/);
  const known = fc.constantFrom('de', 'en', 'es', 'fr', 'pt', 'zh', 'ms', 'id', 'hr', 'sk', 'cs', 'da', 'sv');
  fc.assert(
    fc.property(
      fc.oneof(known, letters),
      fc.constantFrom('', '-Latn', '-Hant', '-Cyrl'),
      region,
      (language, script, area) => {
        const locale = getPortalLocale(`${language}${script}-${area}`);
        const asked = new Intl.Locale(language).language;
        const same =
          new Map([
            ['no', 'nb'],
            ['nn', 'nb'],
            ['yue', 'zh'],
          ]).get(asked) ?? asked;
        expect([same, undefined]).toContain(locale?.split('-')[0]);
      },
    ),
    { numRuns: 500 },
  );
});

test('whatever is sent, the answer is a language of the portal or null', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (tag) => {
      expect(getPortalLocale(tag) ?? 'de').toMatch(/^[a-z]{2,3}(-([A-Z]{2}|419))?$/);
    }),
  );
});

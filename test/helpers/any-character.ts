import fc from 'fast-check';

const firstSurrogate = 0xd800;
const surrogates = 0x800;

/**
 * Any character of Unicode, for `fc.string({ unit: anyCharacter })`. fast-check's own unit `binary` builds a table of all
 * of them first, which takes a second in each file of tests.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 0x10ffff - surrogates })
  .map((index) => String.fromCodePoint(index < firstSurrogate ? index : index + surrogates), readIndex);

/** With it, fast-check also tries strings that are odd as a whole, such as `__proto__`. */
function readIndex(character: unknown): number {
  const code = typeof character === 'string' ? character.codePointAt(0) : undefined;
  if (code === undefined || String.fromCodePoint(code) !== character)
    throw new Error('This is not a character.');
  return code < firstSurrogate ? code : code - surrogates;
}

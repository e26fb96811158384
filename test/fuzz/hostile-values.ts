import fc from 'fast-check';
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { anyCharacter } from '../helpers/any-character.ts';

/** Values that the service knows, by the name of the argument or field that they fit: with them requests get far. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

const integers = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 60, 99, 100, 101, 2 ** 31 - 1, -(2 ** 31)),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 60, max: 3_000_000 }),
);

const injections = [
  ...[
    "' OR 1=1 --",
    "'; DROP TABLE customers; --",
    '1) UNION SELECT sql FROM sqlite_master --',
    '%_\\%',
    '\\',
  ],
  ...['{"$ne":null}', '{"$where":"sleep(5000)"}', '$where', '$gt', 'a.b.c', '[$regex]=.*', 'records[0]'],
  ...["email:'a' OR email:'b'", "\" OR metadata['x']:'y", 'created>0', "name~'a'", 'a AND -b'],
  ...[
    '${7*7}',
    '{{7*7}}',
    '#{7*7}',
    '$(id)',
    '`id`',
    '| cat',
    '<script>alert(1)</script>',
    '%0d%0aSet-Cookie: a=b',
  ],
  ...[
    'cus_1/../../accounts',
    'cus_1?expand[]=charges',
    'cus_1%2f..',
    'bpc_1#',
    'sub_1&customer=x',
    '..',
    '.',
    '/',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'length'],
  ...[
    'null',
    'undefined',
    'NaN',
    'Infinity',
    'true',
    '0',
    '-0',
    '1e999',
    '0x1F',
    '[object Object]',
    '[]',
    '{}',
    '""',
  ],
];

const oddCharacters = [
  ...[
    '',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\u0000',
    '\u0001',
    '\u001b[31m',
    '\u007f',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\u2029',
  ],
  ...[
    '\ufeff',
    '\ufffd',
    '\uffff',
    '\u200b',
    '\u200d',
    '\u202e',
    '\u00ad',
    '\u0130',
    '\u00df',
    '\u212a',
    '\ufb03',
  ],
  ...['\ud800', '\udc00', 'a\ud83d', '\ude00b', '\udc00\ud800', '\ud83d\ude00', '\u{10ffff}', '\u{e0041}'],
  ...['\u0301\u0301\u0301', 'Z\u0351\u036b\u0343\u036a', '\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67'],
];

const returnUrls = [
  ...[
    'https://evil.example',
    'javascript:alert(1)',
    'https://app.example.com@evil.example',
    '//app.example.com',
  ],
  ...[
    'https://app.example.com/\\evil',
    'https://app.example.com/?\ud800',
    'https://app.example.com/%',
    'https://[',
  ],
  ...['https://app.example.com:99999/', 'http://app.example.com', 'https://app.example.com/#%00', 'data:,x'],
];

const dates = [
  ...['2030-01-01T00:00:00Z', '0000-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
  ...['1970-01-01T00:00:00Z', '2038-01-19T03:14:08Z', '2016-12-31T23:59:60Z', '2024-02-29T00:00:00+14:00'],
  ...[
    '2023-02-29T00:00:00Z',
    '2030-01-01T24:00:00Z',
    '2030-01-01T00:00:00-23:59',
    '2030-01-01T00:00:00.123456789Z',
  ],
  ...[
    '+275760-09-13T00:00:00Z',
    '-271821-04-20T00:00:00Z',
    '+275760-09-13T00:00:00.001Z',
    '10000-01-01T00:00:00Z',
  ],
  ...[
    '2030-01-01',
    '2030-13-01T00:00:00Z',
    'now',
    '0',
    '1e400',
    '2030-01-01t00:00:00z',
    '2030-01-01 00:00:00Z',
  ],
];

const anyCodeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
  .map((units) => String.fromCharCode(...units));

const pieces = fc.constantFrom(...oddCharacters, ...injections);

/** Longer than what is stored, than what is parsed, and nearly all that a body may hold. */
const longTexts = fc
  .tuple(
    fc.constantFrom('a', '/', ' ', '\u00e9', '\ud83d\ude00', 'a,', '..', '\u0000'),
    fc.constantFrom(256, 2049, 5001, 30_000),
  )
  .map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length)));

const anyText = fc.oneof(
  { weight: 6, arbitrary: pieces },
  { weight: 2, arbitrary: fc.constantFrom(...returnUrls, ...dates) },
  { weight: 3, arbitrary: anyCodeUnits },
  { weight: 1, arbitrary: fc.string({ unit: anyCharacter, maxLength: 80 }) },
  { weight: 1, arbitrary: longTexts },
);

/** A text with something put into it, anywhere. */
function distort(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(texts, fc.nat(60), fc.nat(3), pieces)
    .map(([text, at, removed, piece]) => text.slice(0, at) + piece + text.slice(at + removed));
}

const moments = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...dates) },
  { weight: 1, arbitrary: anyText },
);

/** Hostile texts, and some as a cursor has them. */
const hostileText = fc.oneof(
  { weight: 9, arbitrary: anyText },
  { weight: 1, arbitrary: anyText.map((text) => Buffer.from(text).toString('base64url')) },
);

/** How much of a request is meant badly: nearly all of it, or about one value, so that the rest is got through. */
export type Temper = 'wild' | 'mild';

const weights = {
  wild: { fitting: 3, distorted: 2, misplaced: 1, hostile: 6 },
  mild: { fitting: 16, distorted: 3, misplaced: 1, hostile: 4 },
} as const;

/** Makes values of a schema's types. */
export class HostileValues {
  constructor(
    private readonly known: KnownValues,
    private readonly temper: Temper,
  ) {}

  /** @param name of the argument or field that takes the value */
  create(type: GraphQLInputType, name: string): fc.Arbitrary<unknown> {
    if (isNonNullType(type)) return this.createPresent(type.ofType, name);
    return fc.option(this.createPresent(type, name), { freq: 8 });
  }

  private createPresent(type: GraphQLInputType, name: string): fc.Arbitrary<unknown> {
    if (isNonNullType(type)) return this.createPresent(type.ofType, name);
    if (isListType(type)) return this.createList(type.ofType, name);
    if (isInputObjectType(type)) return this.createObject(type);
    if (isEnumType(type)) return fc.constantFrom(...type.getValues().map((value) => value.name));
    if (type.name === 'Boolean') return fc.boolean();
    if (type.name === 'Int') return integers;
    if (type.name === 'Float') return fc.double({ noNaN: true, noDefaultInfinity: true });
    return /date|time/i.test(type.name) ? moments : this.createText(name);
  }

  private createList(type: GraphQLInputType, name: string): fc.Arbitrary<unknown> {
    const item = this.create(type, name);
    return fc.oneof(
      { weight: 20, arbitrary: fc.array(item, { maxLength: 4 }) },
      { weight: 1, arbitrary: fc.array(item, { minLength: 11, maxLength: 60 }) },
    );
  }

  private createObject(type: GraphQLInputObjectType): fc.Arbitrary<unknown> {
    const fields = Object.values(type.getFields());
    const values = fields.map((field) => [field.name, this.create(field.type, field.name)] as const);
    return fc.record(Object.fromEntries(values), {
      requiredKeys: fields.filter(isRequiredInputField).map((field) => field.name),
      noNullPrototype: true,
    });
  }

  /** What fits gets through the first check, so that what comes after it is tried too. */
  private createText(name: string): fc.Arbitrary<string> {
    const all = fc.constantFrom(...Object.values(this.known).flat());
    const own = this.known[name];
    const values = own === undefined ? all : fc.constantFrom(...own);
    const { fitting, distorted, misplaced, hostile } = weights[this.temper];
    return fc.oneof(
      { weight: fitting, arbitrary: values },
      { weight: distorted, arbitrary: distort(values) },
      { weight: misplaced, arbitrary: all },
      { weight: hostile, arbitrary: hostileText },
    );
  }
}

/** What is of none of the types that an argument may have. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    1.5,
    2 ** 31,
    -(2 ** 31) - 1,
    1e300,
    true,
    [],
    {},
    [[]],
    [null],
    { $ne: null },
    { $gt: '' },
  ),
  fc.jsonValue({ maxDepth: 3 }),
  hostileText,
);

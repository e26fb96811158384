import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { printPolicySchema } from '../../src/cli/schema.command.ts';
import { parsePolicyFile } from '../../src/policies/policy-file.ts';
import { listPolicies } from '../../src/policies/policy-set.ts';

const root = join(import.meta.dirname, '../..');
const schema = readFileSync(join(root, 'policies.schema.json'), 'utf8');
const example = readFileSync(join(root, 'examples/policies.yaml'), 'utf8');

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, formats: { uri: true } }).compile(
  JSON.parse(schema) as object,
);

describe('policies.schema.json', () => {
  test('is what the code says', () => {
    // If this fails: npm run policies:schema
    expect(schema).toBe(printPolicySchema());
  });

  test.each<[string, string, string]>([
    [
      'a headline of 61 characters',
      `policies: { p: { business_profile: { headline: ${'x'.repeat(61)} } } }`,
      '/policies/p/business_profile/headline',
    ],
    [
      '11 products',
      `policies: { p: { features: { subscription_update: { products: [${'{ product: a, prices: [b] },'.repeat(11)}] } } } }`,
      '/policies/p/features/subscription_update/products',
    ],
    ['a feature that there is not', 'policies: { p: { features: { refunds: {} } } }', '/policies/p/features'],
    ['a condition on nothing', 'policies: {}\nrules: [{ when: {}, use: p }]', '/rules/0/when'],
    [
      'a session that can be recovered for ever',
      'policies: { p: { after_expiration: { customer_login: {} } } }',
      '/policies/p/after_expiration/customer_login',
    ],
  ])('marks %s in an editor', (_title, text, path) => {
    validate(parse(`${text}\ndefault: p\nstrictest: p`));
    expect(validate.errors?.map(({ instancePath }) => instancePath)).toEqual([path]);
  });

  test('takes rules and a reference to itself, both of which a file may do without', () => {
    expect(validate({ policies: { p: {} }, default: 'p', strictest: 'p' })).toBe(true);
    expect(validate({ $schema: 'x', policies: { p: {} }, rules: [], default: 'p', strictest: 'p' })).toBe(
      true,
    );
  });
});

describe('examples/policies.yaml', () => {
  test('is completed and checked by editors, and valid to them', () => {
    expect(example.split('\n')[0]).toBe('# yaml-language-server: $schema=../policies.schema.json');
    validate(parse(example));
    expect(validate.errors).toBeNull();
  });

  test('loads', () => {
    const names = listPolicies(parsePolicyFile('examples/policies.yaml', example)).map(({ name }) => name);
    expect(names).toEqual(['contract', 'past-due', 'standard', 'strictest']);
  });

  test('loads with its lines on changing plans, once they have products', () => {
    const withPlans = example.replace(
      /^ {6}# (?= *(subscription_update|enabled|default_|proration_|products|- ))/gm,
      '      ',
    );
    expect(withPlans).toContain('\n      subscription_update:\n');

    const { default: standard } = parsePolicyFile('examples/policies.yaml', withPlans);
    expect(standard.features?.subscription_update?.products).toHaveLength(1);
  });
});

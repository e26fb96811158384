import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { printPolicySchema } from '../../src/cli/schema.command.ts';
import { PolicyFileError, loadPolicyFile, parsePolicyFile } from '../../src/policies/policy-file.ts';
import { listPolicies } from '../../src/policies/policy-set.ts';
import { parseAllowedReturnUrl } from '../../src/return-urls/return-urls.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';

const frame = `
default: standard
strictest: strictest
`;

function createFile(policies: string, rest = frame): string {
  return `policies:\n  standard: {}\n  strictest: {}\n${policies.replace(/^/gm, '  ')}\n${rest}`;
}

function readFaults(text: string): string[] {
  try {
    parsePolicyFile('policies.yaml', text);
  } catch (error) {
    if (error instanceof PolicyFileError)
      return error.faults.map(({ path, expected }) => `${path}: expected ${expected}`);
    throw error;
  }
  return [];
}

/** A policy `p` whose features are these. */
function withFeatures(features: string): string {
  return createFile(`p: { features: { ${features} } }`);
}

const updates = 'default_allowed_updates: [price]';
const product = '{ product: prod_1, prices: [price_1] }';
const eleven = Array.from({ length: 11 }, () => product).join(', ');

describe('a policy file', () => {
  // prettier-ignore
  test.each<[string, string, string]>([
    ['a list', '[]', '(top): expected object, received array'],
    ['nothing', '', '(top): expected object, received null'],
    ['no YAML', 'policies: [', '(file): expected YAML or JSON: '],
    ['the same field twice', 'default: a\ndefault: b', '(file): expected YAML or JSON: Map keys must be unique'],
    ['a tag that YAML does not have', createFile('p: { business_profile: { headline: !env HEADLINE } }'), '(file): expected YAML or JSON: Unresolved tag: !env'],
    ['two documents', `${createFile('')}\n---\na: 1`, '(file): expected YAML or JSON: '],
    ['no default', createFile('', 'strictest: strictest'), 'default: expected the name of a policy'],
    ['no strictest policy', createFile('', 'default: standard'), 'strictest: expected the name of a policy'],
    ['a default that there is not', createFile('', 'default: x\nstrictest: strictest'), 'default: expected one of standard, strictest, not "x"'],
    ['a strictest policy that there is not', createFile('', 'default: standard\nstrictest: x'), 'strictest: expected one of standard, strictest, not "x"'],
    ['a rule for a policy that there is not', createFile('', `${frame}rules: [{ when: { role: a }, use: x }]`), 'rules.0.use: expected one of standard, strictest, not "x"'],
    ['a policy named by every object', createFile('', `${frame}rules: [{ when: { role: a }, use: constructor }]`), 'rules.0.use: expected one of standard, strictest, not "constructor"'],
    ['a policy that extends one that there is not', createFile('p: { extends: x }'), 'policies.p.extends: expected the name of a policy, not "x"'],
    ['a policy that extends itself', createFile('p: { extends: p }'), 'policies.p.extends: expected no cycle: p → p'],
    ['a field that there is not', createFile('p: { feature: {} }'), 'policies.p.feature: expected no such field'],
    ['a feature that there is not', withFeatures('refunds: { enabled: true }'), 'policies.p.features.refunds: expected no such field'],
    ['a name that is none', createFile('"My policy": {}'), 'policies.My policy: expected a name of up to 40 of a-z, 0-9, - and _'],
    ['a hidden policy', createFile('__proto__: { features: {} }'), '(file): expected no name __proto__'],
    ['a condition on a hidden claim', createFile('', `${frame}rules: [{ when: { claim: { __proto__: x, tier: gold } }, use: standard }]`), '(file): expected no name __proto__'],
    ['a rule without a condition', createFile('', `${frame}rules: [{ when: {}, use: standard }]`), 'rules.0.when: expected at least one of under_contract, plan,'],
    ['a condition on no claim', createFile('', `${frame}rules: [{ when: { claim: {} }, use: standard }]`), 'rules.0.when.claim: expected at least one'],
    ['a plan that is none', createFile('', `${frame}rules: [{ when: { plan: 7 }, use: standard }]`), 'rules.0.when.plan: expected a text, or a list of texts'],
    ['a claim that is no exact number', createFile('', `${frame}rules: [{ when: { claim: { org: 9007199254740993 } }, use: standard }]`), 'rules.0.when.claim.org: expected number to be <=9007199254740991'],
    ['a merge key', createFile('p: { <<: { features: {} } }'), 'policies.p.<<: expected no such field'],
    ['the same policy twice', createFile('standard: {}'), '(file): expected YAML or JSON: Map keys must be unique'],
    ['nothing in it', '', '(top): expected object, received null'],
    ['a second document', `${createFile('')}\n---\n${createFile('')}`, '(file): expected YAML or JSON: Source contains multiple documents'],
    ['a status that ends a subscription', createFile('', `${frame}rules: [{ when: { subscription_status: canceled }, use: standard }]`), 'rules.0.when.subscription_status: expected one or more of active,'],
    ['a headline of 61 characters', createFile(`p: { business_profile: { headline: ${'x'.repeat(61)} } }`), 'policies.p.business_profile.headline: expected at most 60 characters, not 61'],
    ['a URL that no browser opens', createFile('p: { business_profile: { terms_of_service_url: "javascript:alert(1)" } }'), 'policies.p.business_profile.terms_of_service_url: expected an http or https URL'],
    ['an enabled flag that is a text', withFeatures('invoice_history: { enabled: "yes" }'), 'policies.p.features.invoice_history.enabled: expected boolean, received string'],
    ['details to change that there are not', withFeatures('customer_update: { enabled: true, allowed_updates: [password] }'), 'policies.p.features.customer_update.allowed_updates.0: expected one of "address"|'],
    ['an enabled customer_update of nothing', withFeatures('customer_update: { enabled: true }'), 'policies.p.features.customer_update.allowed_updates: expected at least one'],
    ['a cancellation with always_invoice', withFeatures('subscription_cancel: { enabled: true, mode: immediately, proration_behavior: always_invoice }'), 'policies.p.features.subscription_cancel.proration_behavior: expected none or create_prorations'],
    ['always_invoice at the end of a period', withFeatures('subscription_cancel: { enabled: true, mode: at_period_end, proration_behavior: always_invoice }'), 'policies.p.features.subscription_cancel.proration_behavior: expected none or create_prorations'],
    ['prorations at the end of a period', withFeatures('subscription_cancel: { enabled: true, proration_behavior: create_prorations }'), 'policies.p.features.subscription_cancel.proration_behavior: expected none, since the mode is at_period_end'],
    ['cancellation reasons without any', withFeatures('subscription_cancel: { enabled: true, cancellation_reason: { enabled: true } }'), 'policies.p.features.subscription_cancel.cancellation_reason.options: expected at least one'],
    ['a pause without lengths', withFeatures('subscription_pause: { enabled: true, duration: { type: interval_options } }'), 'policies.p.features.subscription_pause.duration.interval_options: expected at least one, by the type'],
    ['11 products', withFeatures(`payment_method_update: { enabled: true }, subscription_update: { enabled: true, ${updates}, products: [${eleven}] }`), 'policies.p.features.subscription_update.products: expected at most 10 products, not 11'],
    ['an enabled update without products', withFeatures(`payment_method_update: { enabled: true }, subscription_update: { enabled: true, ${updates} }`), 'policies.p.features.subscription_update.products: expected at least one, since the feature is enabled'],
    ['an enabled update of nothing', withFeatures(`payment_method_update: { enabled: true }, subscription_update: { enabled: true, products: [${product}] }`), 'policies.p.features.subscription_update.default_allowed_updates: expected at least one'],
    ['an update without payment methods', withFeatures(`subscription_update: { enabled: true, ${updates}, products: [${product}] }`), 'policies.p.features.payment_method_update.enabled: expected true, since subscription_update is enabled'],
    ['always_invoice for changes at the end of a period', withFeatures(`payment_method_update: { enabled: true }, subscription_update: { enabled: true, ${updates}, products: [${product}], proration_behavior: always_invoice, schedule_at_period_end: { conditions: [{ type: shortening_interval }] } }`), 'policies.p.features.subscription_update.proration_behavior: expected none or create_prorations'],
    ['a maximum below the minimum', withFeatures(`payment_method_update: { enabled: true }, subscription_update: { enabled: true, ${updates}, products: [{ product: prod_1, prices: [price_1], adjustable_quantity: { enabled: true, minimum: 5, maximum: 4 } }] }`), 'policies.p.features.subscription_update.products.0.adjustable_quantity.maximum: expected not less than the minimum'],
    ['a session that can be recovered for ever', createFile('p: { after_expiration: { customer_login: {} } }'), 'policies.p.after_expiration.customer_login.expires_after_hours: expected number, received undefined'],
    ['a session that can be recovered for over a month', createFile('p: { after_expiration: { customer_login: { expires_after_hours: 745 } } }'), 'policies.p.after_expiration.customer_login.expires_after_hours: expected number to be <=744'],
    ['an account that is none', createFile('p: { on_behalf_of: acme }'), 'policies.p.on_behalf_of: expected an id such as acct_…'],
    ['a discount that is both', createFile('p: { flows: { subscription_update_confirm: { discounts: [{ coupon: a, promotion_code: promo_1 }] } } }'), 'policies.p.flows.subscription_update_confirm.discounts.0: expected a coupon, or a promotion_code'],
  ])('with %s is refused, with the path and what was expected', (_title, text, fault) => {
    const faults = readFaults(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.slice(0, fault.length)).toBe(fault);
  });

  test('names itself and every fault at once', () => {
    const text = createFile(
      `long: { business_profile: { headline: ${'x'.repeat(61)} } }\nodd: { extends: 7 }`,
      frame.replace('standard', '[]'),
    );

    expect(() => parsePolicyFile('/etc/policies.yaml', text)).toThrow(
      [
        'Invalid policy file /etc/policies.yaml:',
        '  policies.long.business_profile.headline: expected at most 60 characters, not 61',
        '  policies.odd.extends: expected the name of a policy',
        '  default: expected the name of a policy',
      ].join('\n'),
    );
  });

  test('that cannot be read is named', async () => {
    await expect(loadPolicyFile('/nowhere/policies.yaml')).rejects.toThrow(
      'Invalid policy file /nowhere/policies.yaml:\n  (file): expected a file that can be read',
    );
  });

  test('with a return URL outside of RETURN_URLS is refused, also in a policy that others extend', async () => {
    const path = join(createTemporaryFolder(), 'policies.yaml');
    const policies =
      'p: { default_return_url: https://app.example.com/account/plans }\n' +
      'q: { default_return_url: https://app.example.com/admin }\nr: { extends: q }';
    writeFileSync(path, createFile(policies));

    await expect(
      loadPolicyFile(path, [parseAllowedReturnUrl('https://app.example.com/account')]),
    ).rejects.toMatchObject({
      faults: [{ path: 'policies.q.default_return_url', expected: 'a URL within RETURN_URLS' }],
    });
    await expect(loadPolicyFile(path)).resolves.toBeDefined();
  });

  test.each(['latin1', 'utf16le'] as const)(
    'in %s is refused: customers would see wrong letters',
    async (encoding) => {
      const path = join(createTemporaryFolder(), 'policies.yaml');
      writeFileSync(path, createFile('p: { business_profile: { headline: München } }'), encoding);

      await expect(loadPolicyFile(path)).rejects.toMatchObject({
        faults: [{ path: '(file)', expected: 'UTF-8' }],
      });
    },
  );

  test('may be JSON', async () => {
    const path = join(createTemporaryFolder(), 'policies.json');
    writeFileSync(path, JSON.stringify({ policies: { a: {} }, default: 'a', strictest: 'a' }));

    expect((await loadPolicyFile(path)).default.name).toBe('a');
  });

  test('may begin with a byte order mark', () => {
    expect(readFaults(`\ufeff${createFile('')}`)).toEqual([]);
  });

  test('takes 60 characters for a headline, however many code units they have', () => {
    expect(readFaults(createFile(`p: { business_profile: { headline: ${'🎉'.repeat(60)} } }`))).toEqual([]);
  });

  test.each([
    ['year', 3],
    ['month', 36],
    ['week', 156],
    ['day', 1_096],
  ])('takes a pause of three years, and none that is one %s longer', (interval, count) => {
    const readPause = (interval_count: number): string[] => {
      const options = JSON.stringify([{ interval, interval_count }]);
      const duration = `{ type: interval_options, interval_options: ${options} }`;
      return readFaults(withFeatures(`subscription_pause: { enabled: true, duration: ${duration} }`));
    };

    expect(readPause(count)).toEqual([]);
    expect(readPause(count + 1)).toEqual([
      'policies.p.features.subscription_pause.duration.interval_options.0: expected three years at most',
    ]);
  });

  test.each([
    ['a limit of quantities that begins where it ends', 'minimum: 3, maximum: 3', 'none'],
    ['a largest quantity without a smallest', 'maximum: 1', 'none'],
    ['an invoice at once for changes that are not scheduled', 'maximum: 9', 'always_invoice'],
  ])('takes %s', (_title, limits, proration) => {
    const quantity = `adjustable_quantity: { enabled: true, ${limits} }`;
    const update = `${updates}, proration_behavior: ${proration}, products: [{ product: prod_1, prices: [price_1], ${quantity} }]`;
    const features = `payment_method_update: { enabled: true }, subscription_update: { enabled: true, ${update} }`;

    expect(readFaults(withFeatures(features))).toEqual([]);
  });

  test('with an alias that leads back to itself is refused like any other', () => {
    expect(readFaults(createFile('p: &p { features: *p }'))).toEqual([
      expect.stringContaining('policies.p.features.features: expected no such field'),
    ]);
  });

  test('with aliases that multiply is refused', () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0 ? 'a0: &a0 [x, x]' : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
    );
    expect(readFaults(levels.join('\n'))[0]).toMatch('Excessive alias count');
  });
});

describe('a policy that extends another', () => {
  const family = createFile(`
base:
  business_profile: { headline: Base, terms_of_service_url: https://example.com/terms }
  features:
    invoice_history: { enabled: true }
    customer_update: { enabled: true, allowed_updates: [email, name] }
middle: { extends: base, features: { customer_update: { allowed_updates: [phone] } } }
leaf: { extends: middle, business_profile: { headline: Leaf } }`);

  test('takes over what it does not say, field by field, and replaces lists', () => {
    const [leaf] = listPolicies(
      parsePolicyFile('policies.yaml', family.replace('default: standard', 'default: leaf')),
    );
    expect(leaf).toEqual({
      name: 'leaf',
      compiled: expect.objectContaining({ policyName: 'leaf' }),
      business_profile: { headline: 'Leaf', terms_of_service_url: 'https://example.com/terms' },
      features: {
        invoice_history: { enabled: true },
        customer_update: { enabled: true, allowed_updates: ['phone'] },
      },
    });
  });

  test('is refused what is refused of the whole, and is not told of the faults it takes over', () => {
    const text = createFile(`
base: { features: { customer_update: { enabled: true } } }
leaf: { extends: base, features: { subscription_update: { enabled: true } } }`);
    expect(readFaults(text).map((fault) => fault.split(':')[0])).toEqual([
      'policies.base.features.customer_update.allowed_updates',
      'policies.leaf.features.subscription_update.products',
      'policies.leaf.features.subscription_update.default_allowed_updates',
      'policies.leaf.features.payment_method_update.enabled',
    ]);
  });

  test('in a cycle is refused once, and none that leads into the cycle', () => {
    const text = createFile('a: { extends: b }\nb: { extends: c }\nc: { extends: d }\nd: { extends: b }');
    expect(readFaults(text)).toEqual(['policies.b.extends: expected no cycle: b → c → d → b']);
  });

  test('may end a chain of thousands, which takes no longer than to read it', () => {
    const links = Array.from({ length: 3_000 }, (_, index) => `p${index + 1}: { extends: p${index} }`);
    const text = createFile(
      `p0: { features: { invoice_history: { enabled: true } } }\n${links.join('\n')}`,
      'default: p3000\nstrictest: strictest',
    );
    const startedAt = performance.now();
    const { default: last } = parsePolicyFile('policies.yaml', text);

    expect(last.features).toEqual({ invoice_history: { enabled: true } });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

test('a policy with two uses is listed once', () => {
  const set = parsePolicyFile('policies.yaml', createFile('', 'default: standard\nstrictest: standard'));

  expect(listPolicies(set).map(({ name }) => name)).toEqual(['standard']);
});

describe('the strictest policy', () => {
  test('may disable a feature that a policy in use does not mention', () => {
    const policies = 'strict: { features: { subscription_cancel: { enabled: false } } }';
    expect(readFaults(createFile(policies, 'default: standard\nstrictest: strict'))).toEqual([]);
  });

  const offerQuantity = (limits: string, kinds = 'price, quantity'): string => {
    const second = `{ product: prod_2, prices: [price_2], adjustable_quantity: { enabled: true, ${limits} } }`;
    const update = `default_allowed_updates: [${kinds}], products: [${product}, ${second}]`;
    return `payment_method_update: { enabled: true }, subscription_update: { enabled: true, ${update} }`;
  };
  const standard =
    `customer_update: { enabled: true, allowed_updates: [email] }, subscription_cancel: { enabled: true }, ` +
    offerQuantity('minimum: 2, maximum: 5');
  const beside = (features: string): string =>
    `policies: { standard: { features: { ${standard} } }, strictest: { features: { ${features} } } }${frame}`;

  test('may offer fewer quantities', () => {
    expect(readFaults(beside(offerQuantity('minimum: 3, maximum: 4')))).toEqual([]);
  });

  test('may have any limits of quantities that customers cannot change', () => {
    expect(readFaults(beside(offerQuantity('minimum: 1, maximum: 9', 'price')))).toEqual([]);
  });

  const strict = (rest: string): string =>
    `policies:
  standard: { features: { invoice_history: { enabled: true }, subscription_cancel: { enabled: true } } }
  contract: { features: { invoice_history: { enabled: true } } }
  trial: {}
  strictest: { features: { subscription_cancel: { enabled: true } } }
${rest}`;

  test('may offer nothing that a policy in use does not, and is told of each feature by one such policy', () => {
    const rules =
      'rules: [{ when: { under_contract: true }, use: contract }, { when: { role: trial }, use: trial }]';
    expect(readFaults(strict(`${frame}${rules}`))).toEqual([
      'strictest: expected a policy without subscription_cancel, since contract is without it',
    ]);
  });

  test.each([
    [
      'a billing detail',
      'customer_update: { enabled: true, allowed_updates: [email, tax_id] }',
      'customer_update of tax_id',
    ],
    [
      'a price',
      `payment_method_update: { enabled: true }, subscription_update: { enabled: true, ${updates}, products: [{ product: prod_1, prices: [price_1, price_3] }] }`,
      'subscription_update of price_3',
    ],
    [
      'a kind of change',
      `payment_method_update: { enabled: true }, subscription_update: { enabled: true, default_allowed_updates: [price, promotion_code], products: [${product}] }`,
      'subscription_update of promotion_code',
    ],
    [
      'an earlier end of a cancelled subscription',
      'subscription_cancel: { enabled: true, mode: immediately }',
      'subscription_cancel of mode immediately',
    ],
    [
      'a larger quantity',
      offerQuantity('minimum: 2, maximum: 6'),
      'subscription_update of larger quantities of prod_2',
    ],
    ['every quantity', offerQuantity('minimum: 2'), 'subscription_update of larger quantities of prod_2'],
    [
      'a smaller quantity',
      offerQuantity('maximum: 5'),
      'subscription_update of smaller quantities of prod_2',
    ],
  ])('may offer no %s that the default does not', (_what, features, offer) => {
    expect(readFaults(beside(features))).toEqual([
      `strictest: expected a policy without ${offer}, since standard is without it`,
    ]);
  });

  test('is compared with the others once each is known', () => {
    const file = createFile(
      'p: { features: { invoice_history: { enabled: true } } }',
      'default: x\nstrictest: p',
    );

    expect(readFaults(file)).toEqual(['default: expected one of standard, strictest, p, not "x"']);
  });

  test('is not held against policies that no rule leads to', () => {
    expect(readFaults(strict(frame))).toEqual([]);
  });
});

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

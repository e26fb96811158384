import { beforeEach, describe, expect, test } from '@jest/globals';
import { all, createPoliciesCommand, invoices, type PoliciesCommand } from './policies-command.ts';
import { join } from 'node:path';
import { createTemporaryFolder } from '../../helpers/temporary-folder.ts';
import { narrow } from '../../../src/configurations/narrow-configuration.ts';
import { compilePolicy } from '../../../src/policies/policy-set.ts';

let kit: PoliciesCommand;

beforeEach(async () => {
  kit = await createPoliciesCommand();
});

describe('billing-portal policies plan', () => {
  test('shows what is to be created, for every policy that can come to hold', async () => {
    const { stdout, exitCode } = await kit.run('plan');

    expect(stdout).toBe(
      `${kit.file}, namespace default, test mode\n\n` +
        '    POLICY     CONFIGURATION\n' +
        '  + standard   to be created\n' +
        '  + strictest  to be created\n\n' +
        '2 to create. Apply with: billing-portal policies apply\n',
    );
    expect(exitCode).toBe(2);
    expect(await kit.listIds()).toEqual([]);
  });

  test('ends with 0 when there is nothing to apply', async () => {
    const [standard, strictest] = await kit.apply();

    const { stdout, exitCode } = await kit.run('plan');

    expect(stdout).toContain(
      `  = standard   ${standard}\n  = strictest  ${strictest}\n\nNothing to apply.\n`,
    );
    expect(exitCode).toBe(0);
  });

  test('shows field by field how a policy differs from what it was', async () => {
    kit.writeFile({
      features: all,
      business_profile: { headline: 'Before', terms_of_service_url: 'https://example.com/terms' },
    });
    const [before] = await kit.apply();
    kit.writeFile({
      business_profile: { headline: 'After' },
      features: {
        ...invoices,
        payment_method_update: { enabled: true },
        subscription_pause: { enabled: true, duration: { type: 'indefinite' } },
      },
    });

    const { stdout } = await kit.run('plan');

    const lines = [
      `  + standard   to be created, in place of ${before}`,
      '        business_profile.headline: Before → After',
      '        business_profile.terms_of_service_url: https://example.com/terms → (none)',
      '        features.subscription_cancel.enabled: true → (none)',
      '        features.subscription_pause.duration.type: (none) → indefinite',
      '        features.subscription_pause.enabled: (none) → true',
    ];
    expect(stdout).toContain(`${lines.join('\n')}\n  = strictest`);
    expect(stdout).toMatch(new RegExp(`  - standard   ${before} last used \\d{4}-\\d\\d-\\d\\d\n`));
    expect(stdout).toMatch(/1 to create\..*\n1 not needed\. See: billing-portal policies prune\n$/);
  });

  test('knows what Stripe makes of what a policy does not say', async () => {
    await kit.apply();
    kit.writeFile({
      features: { ...all, subscription_cancel: { enabled: true, mode: 'immediately' } },
    });

    expect((await kit.readPlan()).policies[0]?.changes).toEqual([
      { path: 'features.subscription_cancel.mode', from: 'at_period_end', to: 'immediately' },
    ]);
  });

  test('tells products apart, and says nothing of what Stripe fills in', async () => {
    const { id: product } = await kit.stripe.products.create({ name: 'Pro' });
    const createPrice = async (unit_amount: number): Promise<string> => {
      const recurring = { interval: 'month' } as const;
      return (await kit.stripe.prices.create({ product, currency: 'usd', unit_amount, recurring })).id;
    };
    const [old, kept, added] = [await createPrice(1), await createPrice(2), await createPrice(3)];
    const selling = (prices: string[], more: object = {}): object => ({
      features: {
        ...all,
        subscription_update: {
          enabled: true,
          default_allowed_updates: ['price'],
          products: [{ product, prices, ...more }],
        },
      },
    });
    kit.writeFile(selling([old, kept]));
    await kit.apply();
    kit.writeFile(selling([added, kept], { adjustable_quantity: { enabled: true, maximum: 9 } }));

    const path = `features.subscription_update.products.${product}`;
    const [standard] = (await kit.readPlan()).policies;
    expect(standard?.changes).toEqual([
      { path: `${path}.adjustable_quantity.enabled`, from: null, to: 'true' },
      { path: `${path}.adjustable_quantity.maximum`, from: null, to: '9' },
      { path: `${path}.prices`, from: [old, kept].sort().join(', '), to: [added, kept].sort().join(', ') },
    ]);
  });

  test('shows what was deactivated and what was edited at Stripe, by whomever', async () => {
    const [standard, strictest] = await kit.apply();
    await kit.stripe.billingPortal.configurations.update(standard, {
      features: { subscription_cancel: { enabled: false }, invoice_history: { enabled: true } },
    });
    await kit.deactivate(strictest);

    expect(await kit.readPlan()).toMatchObject({
      policies: [
        {
          policy: 'standard',
          action: 'restore',
          id: standard,
          changes: [{ path: 'features.subscription_cancel.enabled', from: null, to: 'true' }],
        },
        { policy: 'strictest', action: 'activate', id: strictest, changes: [] },
      ],
      spare: [],
      exitCode: 2,
    });
  });

  test('knows nothing of other namespaces', async () => {
    await kit.apply({ POLICY_NAMESPACE: 'staging' });

    expect((await kit.readPlan()).policies.map(({ action }) => action)).toEqual(['create', 'create']);
  });

  test('names what is wrong with a variable or the file, and ends with 78', async () => {
    const unset = await kit.run('plan', { PORTAL_POLICIES: '' });
    expect(unset).toMatchObject({ exitCode: 78, stdout: '' });
    expect(unset.stderr).toContain('PORTAL_POLICIES: is required');

    kit.writeFile({ business_profile: { headline: 'x'.repeat(61) } });
    const faulty = await kit.run('apply');
    expect(faulty).toMatchObject({ exitCode: 78, stdout: '' });
    expect(faulty.stderr).toContain(
      `Invalid policy file ${kit.file}:\n  policies.standard.business_profile.headline:`,
    );
    expect(kit.localStripe.requests).toEqual([]);
  });

  test('checks the default return URL where RETURN_URLS is set, as the service does', async () => {
    kit.writeFile({ features: all, default_return_url: 'https://app.example.com/account' });

    expect(await kit.run('plan')).toMatchObject({ exitCode: 2, stderr: '' });
    expect(await kit.run('plan', { RETURN_URLS: 'https://app.example.com' })).toMatchObject({ exitCode: 2 });
    expect(await kit.run('plan', { RETURN_URLS: 'https://shop.example.com' })).toMatchObject({
      exitCode: 78,
      stderr: expect.stringContaining(
        'policies.standard.default_return_url: expected a URL within RETURN_URLS',
      ),
    });
    expect(await kit.run('plan', { RETURN_URLS: 'shop' })).toMatchObject({
      exitCode: 78,
      stderr: expect.stringContaining('RETURN_URLS: "shop" is not a URL'),
    });
  });

  test('ends with 1 when Stripe fails', async () => {
    await kit.fail({ method: 'GET', status: '401' });

    expect(await kit.run('plan')).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

describe('billing-portal policies apply', () => {
  test('makes what sessions then use', async () => {
    const { stdout } = await kit.run('apply');

    const id = await kit.use();
    expect(stdout).toContain(`\n\n    POLICY     CONFIGURATION\n  + standard   ${id}\n`);
    expect(stdout).toContain('\n\n2 applied.\n');
    expect(await kit.listIds()).toHaveLength(2);
  });

  test('makes active again what was deactivated, and sets back what was edited, inactive or not', async () => {
    const [standard, strictest] = await kit.apply();
    await kit.stripe.billingPortal.configurations.update(standard, {
      active: false,
      features: { subscription_cancel: { enabled: false } },
    });
    await kit.stripe.billingPortal.configurations.update(strictest, {
      business_profile: { headline: 'Ours' },
      features: { subscription_cancel: { enabled: true } },
    });

    expect(await kit.apply()).toEqual([standard, strictest]);

    const { active, features } = await kit.retrieve(standard);
    expect([active, features.subscription_cancel.enabled]).toEqual([true, true]);
    expect((await kit.retrieve(strictest)).features.subscription_cancel.enabled).toBe(false);
    expect((await kit.readPlan()).exitCode).toBe(0);
  });

  test('leaves everything as it is when it is done already', async () => {
    const ids = await kit.apply();
    const before = kit.countCalls();

    expect(await kit.apply()).toEqual(ids);

    expect(kit.countCalls()).toMatchObject({ created: before.created, updated: before.updated });
  });
});

describe('billing-portal policies schema', () => {
  test('prints, writes and checks the schema', async () => {
    const path = join(createTemporaryFolder(), 'schema.json');
    const { stdout } = await kit.run('schema');
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object' });

    expect(await kit.run(`schema ${path} --check`)).toMatchObject({
      exitCode: 1,
      stderr: `${path} is out of date. Run the command without --check to write it again.\n`,
    });
    expect(await kit.run('schema --check')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: '--check needs a file: name the one to check.\n',
    });
    expect(await kit.run(`schema ${path}`)).toMatchObject({ exitCode: 0 });
    expect(await kit.run(`schema ${path} --check`)).toMatchObject({ exitCode: 0 });
  });
});

describe('billing-portal policies prune', () => {
  test('changes nothing without --yes', async () => {
    const [before] = await kit.apply();
    kit.writeFile({ features: invoices });
    await kit.setUsed(before, 8);

    const { stdout, exitCode } = await kit.run('prune');

    expect(stdout).toMatch(
      new RegExp(
        `\n\n    POLICY    CONFIGURATION\n  - standard  ${before} last used \\S+\n\n1 to deactivate. Nothing was changed`,
      ),
    );
    expect(exitCode).toBe(0);
    expect((await kit.retrieve(before)).active).toBe(true);
  });

  test('deactivates what no policy needs and nobody has used for so long, narrowed ones included', async () => {
    const [old] = await kit.apply();
    const oldPart = await kit.use(['payment_method_update']);
    kit.writeFile({ features: { ...all, subscription_cancel: { enabled: false } } });
    const [standard, strictest] = await kit.apply();
    const [unusedPart, usedPart] = [
      await kit.use(['invoice_history']),
      await kit.use(['payment_method_update']),
    ];
    for (const id of [old, oldPart, standard, strictest, unusedPart]) await kit.setUsed(id, 7.1);
    await kit.setUsed(usedPart, 6.9);

    const { stdout } = await kit.run('prune --yes');

    expect(stdout).toContain('3 deactivated.');
    for (const id of [old, oldPart, unusedPart]) expect((await kit.retrieve(id)).active).toBe(false);
    for (const id of [standard, strictest, usedPart]) expect((await kit.retrieve(id)).active).toBe(true);
    expect((await kit.run('prune --yes')).stdout).toContain('Nothing to prune.');
  });

  test.each([
    ['7d', 1],
    ['8d', 0],
    ['191h', 1],
    ['193h', 0],
  ])('goes by --older-than %s: %i of what was last used 191.5 hours ago', async (olderThan, count) => {
    const [before] = await kit.apply();
    kit.writeFile({ features: invoices });
    await kit.setUsed(before, 191.5 / 24);

    const { stdout } = await kit.run(`prune --json --older-than ${olderThan}`);

    expect((JSON.parse(stdout) as { configurations: [] }).configurations).toHaveLength(count);
  });

  test('refuses a time that is none', async () => {
    const { exitCode, stderr } = await kit.run('prune --older-than soon');

    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      "argument 'soon' is invalid. Expected hours or days up to 9999d, such as 12h or 7d.",
    );
  });

  test("never touches the account's default, another namespace's or anybody else's, nor an open login page", async () => {
    const [before] = await kit.apply();
    const { metadata } = await kit.retrieve(before);
    const [staging] = await kit.apply({ POLICY_NAMESPACE: 'staging' });
    const foreign = await kit.stripe.billingPortal.configurations.create({ features: invoices });
    await kit.control('POST', 'portal_settings');
    const defaults = await kit.stripe.billingPortal.configurations.list({ is_default: true });
    const standing = defaults.data[0]?.id ?? '';
    await kit.stripe.billingPortal.configurations.update(standing, { metadata: { ...metadata } });
    await kit.stripe.billingPortal.configurations.update(before, { login_page: { enabled: true } });
    kit.writeFile({ features: invoices });
    for (const id of [before, staging, standing]) await kit.setUsed(id, 30);

    const { stdout } = await kit.run('prune --yes --older-than 0d --json');

    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: false,
      configurations: [{ id: before, kept: 'its login page is on; turn that off first' }],
    });
    for (const id of [before, staging, foreign.id, standing])
      expect((await kit.retrieve(id)).active).toBe(true);
  });

  test('without a policy file deactivates only copies of what no policy made', async () => {
    const [policy] = await kit.apply();
    const base = compilePolicy({ name: 'base', features: all });
    const hidden = narrow({ ...base, policyName: null }, ['subscription_cancel']);
    const copy = await kit.createReplica().getId(hidden);
    await kit.setUsed(copy, 8);
    await kit.setUsed(policy, 8);

    const { stdout } = await kit.run('prune --yes --json', { PORTAL_POLICIES: '' });

    expect(JSON.parse(stdout)).toMatchObject({
      file: null,
      configurations: [{ id: copy, policy: null, kept: null }],
    });
    expect((await kit.retrieve(copy)).active).toBe(false);
    expect((await kit.retrieve(policy)).active).toBe(true);
    expect((await kit.run('prune', { PORTAL_POLICIES: '' })).stdout).toMatch(
      /^no policy file, .*\n\nNothing to prune\.\n$/,
    );
    expect(await kit.run('apply', { PORTAL_POLICIES: '' })).toMatchObject({ exitCode: 78 });
  });

  test('goes on after one that Stripe refuses to deactivate', async () => {
    const [first] = await kit.apply();
    kit.writeFile({ features: invoices });
    const [second] = await kit.apply();
    kit.writeFile({ features: { ...invoices, subscription_pause: { enabled: true } } });
    await kit.fail({ path: '/v1/billing_portal/configurations/*', status: '400', message: 'Not now.' });

    const { stdout } = await kit.run('prune --yes --older-than 0d');

    expect(stdout).toContain('kept: Stripe says: Not now.');
    expect(stdout).toContain('1 deactivated.');
    const active = [await kit.retrieve(first), await kit.retrieve(second)].map((found) => found.active);
    expect(active.sort()).toEqual([false, true]);
  });

  test('costs a session that needs it after all nothing but a moment', async () => {
    const [before] = await kit.apply();
    kit.writeFile({ features: invoices });
    await kit.run('prune --yes --older-than 0d');
    kit.writeFile();

    expect(await kit.use()).toBe(before);
    expect((await kit.retrieve(before)).active).toBe(true);
  });
});

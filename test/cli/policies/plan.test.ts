import { beforeEach, describe, expect, test } from '@jest/globals';
import { type PoliciesCommand, all, createPoliciesCommand, invoices } from './policies-command.ts';

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

  test('ends with 1 when Stripe fails', async () => {
    await kit.fail({ method: 'GET', status: '401' });

    expect(await kit.run('plan')).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

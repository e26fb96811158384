import { beforeEach, describe, expect, test } from '@jest/globals';
import { type PoliciesCommand, all, createPoliciesCommand, invoices } from './policies-command.ts';

let kit: PoliciesCommand;

beforeEach(async () => {
  kit = await createPoliciesCommand();
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
    const oldPart = await kit.use({ payment_method_update: false });
    kit.writeFile({ features: { ...all, subscription_cancel: { enabled: false } } });
    const [standard, strictest] = await kit.apply();
    const [unusedPart, usedPart] = [
      await kit.use({ invoice_history: false }),
      await kit.use({ payment_method_update: false }),
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

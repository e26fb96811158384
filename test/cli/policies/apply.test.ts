import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createTemporaryFolder } from '../../helpers/temporary-folder.ts';
import { type PoliciesCommand, createPoliciesCommand } from './policies-command.ts';

let kit: PoliciesCommand;

beforeEach(async () => {
  kit = await createPoliciesCommand();
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
      stderr: `${path} is out of date. Run: npm run policies:schema\n`,
    });
    expect(await kit.run(`schema ${path}`)).toMatchObject({ exitCode: 0 });
    expect(await kit.run(`schema ${path} --check`)).toMatchObject({ exitCode: 0 });
  });
});

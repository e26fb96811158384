import { expect, test } from '@jest/globals';
import { describeWithPart } from '../../../test/helpers/real-parts.ts';
import { findOpenApiFile, loadStripeSchemas } from '../../../test/helpers/stripe-openapi.ts';
import { type WireAnswer, startLocalStripe } from './local-stripe-client.ts';
import { tourEverything } from './tour.ts';

/**
 * Members that the SDK (API 2026-10-28) has and the OpenAPI file (2026-08-26) lacks: newer members, and older ones that the
 * file omits. Each must occur, so that the list shrinks when the file is updated.
 */
const unnamedMembers: Readonly<Record<string, readonly string[]>> = {
  account: [
    'business_profile.specified_commercial_transactions_act_url',
    'settings.payments.statement_descriptor_prefix_kana',
    'settings.payments.statement_descriptor_prefix_kanji',
  ],
  'billing_portal.configuration': ['features.subscription_pause'],
  'billing_portal.session': ['after_expiration', 'flow.subscription_pause'],
  'checkout.session': ['allowed_payment_method_types'],
  price: ['recurring.trial_period_days'],
  product: ['tax_details', 'type'],
  subscription: ['status_details', 'trial_settings.end_behavior.billing_cycle_anchor'],
  subscription_item: ['current_trial', 'plan'],
  subscription_schedule: ['pause_schedules', 'phases.items.plan'],
};
/** Endpoints that the file does not have yet. */
const newerEndpoints = ['POST /v1/subscriptions/:id/pause'];
/** A value that the file does not have yet, with its path. */
const newerFlow = 'flow.type: subscription_pause';

describeWithPart(
  'by Stripe’s OpenAPI file',
  findOpenApiFile(),
  'run .ci/parts/stripe-mock.sh, or name a file in STRIPE_OPENAPI_FILE',
  (file) => {
    test('every answer of a tour through all endpoints is valid, except for the listed members', async () => {
      const { checkAnswer, checkObject } = loadStripeSchemas(file);
      const client = await startLocalStripe();
      await tourEverything(client);
      const occurred = new Set<string>();
      const faults: string[] = [];
      for (const answer of client.answers) {
        const endpoint = endpointOf(answer);
        const body = withoutUnnamedMembers(answer.body, occurred);
        const problems =
          answer.status === 200 ? checkAnswer(answer.method, answer.path, body) : checkObject('error', body);
        if (newerEndpoints.includes(endpoint)) occurred.add(endpoint);
        else faults.push(...problems.map((problem) => `${endpoint}: ${problem}`));
      }
      expect(faults).toEqual([]);
      const expected = Object.entries(unnamedMembers).flatMap(([name, paths]) =>
        paths.map((path) => `${name}: ${path}`),
      );
      expect([...occurred].sort()).toEqual([...expected, ...newerEndpoints, newerFlow].sort());
    });
  },
);

function endpointOf({ method, path }: WireAnswer): string {
  return `${method} ${path.replace(/\/[a-z]+_(test_)?\w{10,}/g, '/:id')}`;
}

function withoutUnnamedMembers(value: unknown, occurred: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutUnnamedMembers(each, occurred));
  if (!isRecord(value)) return value;
  if (value.type === 'subscription_pause' && 'after_completion' in value) {
    occurred.add(newerFlow);
    return null;
  }
  const copy = Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, withoutUnnamedMembers(each, occurred)]),
  );
  for (const path of unnamedMembers[String(value.object)] ?? []) {
    if (removeMember(copy, path.split('.'))) occurred.add(`${String(value.object)}: ${path}`);
  }
  return copy;
}

function removeMember(holder: unknown, path: readonly string[]): boolean {
  if (Array.isArray(holder)) return holder.filter((each) => removeMember(each, path)).length > 0;
  const [name = '', ...rest] = path;
  if (!isRecord(holder) || !(name in holder)) return false;
  return rest.length > 0 ? removeMember(holder[name], rest) : Reflect.deleteProperty(holder, name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

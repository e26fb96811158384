import { type ResolvedPolicy, compilePolicy } from '../../src/policies/policy-set.ts';
import type { WantedConfiguration } from '../../src/configurations/managed-configuration.ts';
import { StripeConfigurations } from '../../src/configurations/stripe-configurations.service.ts';
import { ConfigurationIdCache } from '../../src/configurations/configuration-id-cache.service.ts';
import type { LocalStripeOptions } from '../../packages/local-stripe/src/local-stripe.ts';
import { StripeClient } from '../../src/stripe/stripe-client.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import {
  type LocalStripeClient,
  startLocalStripe,
} from '../../packages/local-stripe/test/local-stripe-client.ts';

const path = '/v1/billing_portal/configurations';

/** A local Stripe of a test's own, and replicas that use it. */
export interface ConfigurationsKit extends LocalStripeClient {
  /** Passes by the test's own hand. */
  readonly clock: { now: Date };
  /** Another replica of the service: its own connections and memory. */
  createReplica(namespace?: string): ConfigurationIdCache;
  /** How often configurations were listed, created and updated so far. */
  countCalls(): { readonly listed: number; readonly created: number; readonly updated: number };
  /** The local Stripe's configurations, whoever made them. */
  listIds(): Promise<string[]>;
  deactivate(id: string): Promise<void>;
  /** Lets calls go wrong. */
  fail(fault: Readonly<Record<string, string>>): Promise<void>;
}

export async function createConfigurationsKit(options: LocalStripeOptions = {}): Promise<ConfigurationsKit> {
  const client = await startLocalStripe(options);
  const clock = { now: new Date() };
  return {
    ...client,
    clock,
    createReplica: (namespace = 'default') =>
      createReplica(client.localStripe.url, namespace, () => clock.now),
    countCalls: () => {
      const { requests } = client.localStripe;
      const count = (method: string, pattern: RegExp): number =>
        requests.filter((request) => request.method === method && pattern.test(request.path)).length;
      return {
        listed: count('GET', /configurations$/),
        created: count('POST', /configurations$/),
        updated: count('POST', /configurations\/\w+$/),
      };
    },
    listIds: async () => {
      const all = client.stripe.billingPortal.configurations.list({ limit: 100 });
      return (await all.autoPagingToArray({ limit: 1000 })).map(({ id }) => id);
    },
    deactivate: async (id) => {
      await client.stripe.billingPortal.configurations.update(id, { active: false });
    },
    fail: async (fault) => {
      await client.control('POST', 'faults', { path, method: 'POST', ...fault });
    },
  };
}

/** @param url of a Stripe */
export function createReplica(url: string, namespace: string, now: () => Date): ConfigurationIdCache {
  const stripe = new StripeClient({ secretKey: 'sk_test_replica', apiUrl: new URL(url), account: null });
  closeAfterTests(() => stripe.close());
  return new ConfigurationIdCache(new StripeConfigurations(stripe, namespace, now), now);
}

export const policy: ResolvedPolicy = {
  name: 'standard',
  features: {
    customer_update: { enabled: true, allowed_updates: ['email'] },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: true },
    subscription_pause: { enabled: true },
  },
};

export const wanted: WantedConfiguration = compilePolicy(policy);

import type Stripe from 'stripe';
import { adminRole } from '../audit/audit-kit.ts';
import type * as types from '../generated/graphql.ts';
import {
  activateConfigurationMutation,
  createConfigurationMutation,
  createSessionForMutation,
  deactivateConfigurationMutation,
  updateConfigurationMutation,
} from '../helpers/admin-operations.ts';
import type { GraphqlAnswer } from '../helpers/graphql-answer.ts';
import { type Operation, returnUrl } from '../helpers/test-app.ts';
import { type PolicyPortal, type User, createPolicyPortal } from './policy-portal.ts';

type Answer<Data> = Promise<GraphqlAnswer<Data>>;

/** A service with policies, and its administrator, whose token has the role `vip` as well. */
export interface AdminPortal extends PolicyPortal {
  /** A user whose session has made the configuration `managedId`, of the policy `vip`. */
  readonly ada: User;
  readonly managedId: string;
  execute<Data, Variables>(operation: Operation<Data, Variables>): Answer<Data>;
  create(input: types.BillingPortalConfigurationInput): Answer<types.CreateConfigurationMutation>;
  update(id: string, input: types.BillingPortalConfigurationInput): Answer<types.UpdateConfigurationMutation>;
  deactivate(id: string): Answer<types.DeactivateConfigurationMutation>;
  activate(id: string): Answer<types.ActivateConfigurationMutation>;
  /** The id of a configuration that could be created. */
  createNew(input?: types.BillingPortalConfigurationInput): Promise<string>;
  /** A session for ada, unless the variables say otherwise. */
  createFor(
    variables?: Partial<types.CreateSessionForMutationVariables>,
  ): Answer<types.CreateSessionForMutation>;
  retrieve(id: string): Promise<Stripe.BillingPortal.Configuration>;
  /** How often Stripe was asked to create or change a configuration so far. */
  countWrites(): number;
}

export async function createAdminPortal(): Promise<AdminPortal> {
  const portal = await createPolicyPortal(() => ({
    policies: {
      strict: { features: { invoice_history: { enabled: true } } },
      vip: { features: { invoice_history: { enabled: true }, payment_method_update: { enabled: true } } },
    },
    rules: [{ when: { role: 'vip' }, use: 'vip' }],
    default: 'vip',
    strictest: 'strict',
  }));
  const token = await portal.app.createToken({ userId: 'root', roles: [adminRole, 'vip'] });
  const ada = await portal.createUser('ada');
  const { configurationId: managedId } = (await ada.open()).expectData().createBillingPortalSession;
  const execute: AdminPortal['execute'] = (operation) => portal.app.execute({ token, ...operation });
  const create: AdminPortal['create'] = (input) =>
    execute({ document: createConfigurationMutation, variables: { input } });
  return {
    ...portal,
    ada,
    managedId,
    execute,
    create,
    update: (id, input) => execute({ document: updateConfigurationMutation, variables: { id, input } }),
    deactivate: (id) => execute({ document: deactivateConfigurationMutation, variables: { id } }),
    activate: (id) => execute({ document: activateConfigurationMutation, variables: { id } }),
    createNew: async (input = {}) => (await create(input)).expectData().createBillingPortalConfiguration.id,
    createFor: (variables) =>
      execute({ document: createSessionForMutation, variables: { userId: 'ada', returnUrl, ...variables } }),
    retrieve: (id) =>
      portal.stripe.billingPortal.configurations.retrieve(id, {
        expand: ['features.subscription_update.products'],
      }),
    countWrites: () =>
      portal.localStripe.requests.filter(
        ({ method, path }) => method === 'POST' && path.includes('configurations'),
      ).length,
  };
}

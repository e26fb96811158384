import type { Stripe } from 'stripe';
import { createRoute } from '../route.ts';
import type { ApiRoute } from '../route.ts';
import type { Store } from '../store.ts';

/** The account that every key belongs to. */
export function createAccountRoute(store: Store): ApiRoute {
  return createRoute({
    method: 'GET',
    path: '/v1/account',
    parameters: {},
    handle: ({ stripeAccount }) => describeAccount(stripeAccount ?? 'acct_localstripe', store.businessName),
  });
}

function describeAccount(id: string, name: string): Omit<Stripe.Account, 'controller'> {
  return {
    id,
    object: 'account',
    business_profile: {
      mcc: null,
      minority_owned_business_designation: null,
      name,
      product_description: null,
      specified_commercial_transactions_act_url: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    country: 'US',
    default_currency: 'usd',
    details_submitted: true,
    email: 'owner@example.com',
    metadata: {},
    payouts_enabled: true,
    settings: {
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_payments: {
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: name, timezone: 'Etc/UTC' },
      payments: {
        statement_descriptor: name.toUpperCase(),
        statement_descriptor_kana: null,
        statement_descriptor_kanji: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
    },
    type: 'standard',
  };
}

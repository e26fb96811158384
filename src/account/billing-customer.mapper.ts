import { taxExemption, taxIdVerification } from './billing-customer.enums.ts';
import type { BillingCustomer } from './billing-customer.types.ts';
import type { CustomerFacts } from './customer-facts.ts';
import { toOptionalMoney } from './stripe-values.ts';
import type { RequestAccess } from './request-access.ts';
import { findPaymentMethod } from './payment-method.ts';
import { toBillingDiscount, toBillingSubscription } from './subscription.mapper.ts';

/** Converts what Stripe said to the schema's types. */
export function toBillingCustomer(
  facts: CustomerFacts,
  access: RequestAccess,
): Omit<BillingCustomer, 'userId' | 'linkedAt' | 'asOf'> {
  const { shipping, currency, discount } = facts;
  return {
    id: facts.id,
    name: facts.name,
    email: facts.email,
    phone: facts.phone,
    address: toAddress(facts.address),
    shipping: shipping && { ...shipping, address: toAddress(shipping.address) },
    taxIds: facts.tax_ids.map(({ verification, ...taxId }) => ({
      ...taxId,
      verification: verification && taxIdVerification.read(verification.status),
    })),
    taxExempt: taxExemption.read(facts.tax_exempt ?? 'none'),
    preferredLocales: facts.preferred_locales ?? [],
    currency,
    balance: facts.balance === 0 ? null : toOptionalMoney(facts.balance, currency),
    discount: discount && toBillingDiscount(discount, 'customer', null),
    paymentMethod: findPaymentMethod(null, facts),
    delinquent: facts.delinquent ?? false,
    subscriptions: facts.subscriptions.map((subscription) =>
      toBillingSubscription(subscription, facts, access),
    ),
    facts,
    access,
  };
}

function toAddress(address: CustomerFacts['address']): BillingCustomer['address'] {
  if (address === null) return null;
  const { postal_code: postalCode, ...rest } = address;
  return { ...rest, postalCode };
}

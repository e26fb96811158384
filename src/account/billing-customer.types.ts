import { ID } from 'type-graphql';
import { createObjectType, field, internal, nullable } from '../graphql/types.ts';
import * as enums from './billing-customer.enums.ts';
import { BillingPaymentMethod } from './payment-method.ts';
import type { RequestAccess } from './request-access.ts';
import { Money } from './stripe-values.ts';
import { BillingDiscount, BillingSubscription } from './subscription.types.ts';

const BillingAddress = createObjectType('BillingAddress', 'A postal address.', {
  line1: nullable(String, 'The first line, such as street and number.'),
  line2: nullable(String, 'The second line, such as an apartment.'),
  city: nullable(String, 'The city.'),
  state: nullable(String, 'The state, county, province or region.'),
  postalCode: nullable(String, 'The postal code.'),
  country: nullable(
    String,
    'The country as two letters, such as `DE`. Customers created by the API may have any text.',
  ),
});

const BillingShipping = createObjectType('BillingShipping', 'Where goods are shipped to.', {
  name: nullable(String, "The recipient's name."),
  phone: nullable(String, "The recipient's phone number."),
  address: nullable(BillingAddress, 'The address.'),
});

const BillingTaxId = createObjectType('BillingTaxId', 'A tax id of the customer.', {
  id: field(ID, "Stripe's id of the tax id, `txi_…`."),
  type: field(String, "Stripe's type, such as `eu_vat`."),
  value: field(String, 'The tax id itself, such as `DE123456789`.'),
  country: nullable(String, 'The country as two letters.'),
  verification: nullable(
    enums.taxIdVerification.type,
    'Whether an authority confirmed the tax id; null when not known.',
  ),
});

export type BillingCustomer = InstanceType<typeof BillingCustomer>;
export const BillingCustomer = createObjectType(
  'BillingCustomer',
  "The caller's customer, as of one moment.",
  {
    id: field(ID, "Stripe's id of the customer, `cus_…`."),
    userId: field(ID, "The caller's user id."),
    name: nullable(String, 'The name on invoices.'),
    email: nullable(String, 'The e-mail address for invoices.'),
    phone: nullable(String, 'The phone number.'),
    address: nullable(BillingAddress, 'The address on invoices.'),
    shipping: nullable(BillingShipping, 'Where goods are shipped to.'),
    taxIds: field([BillingTaxId], "The customer's tax ids."),
    taxExempt: field(enums.taxExemption.type, 'Whether the customer is exempt from tax.'),
    preferredLocales: field([String], 'Languages for invoices and e-mails, the preferred one first.'),
    currency: nullable(
      String,
      'The currency of `balance` in lower case; null before the first charge or credit.',
    ),
    balance: nullable(
      Money,
      'Credit (negative) or debt (positive) for the next invoice in `currency`; null when it is zero.',
    ),
    discount: nullable(BillingDiscount, "The customer's own discount."),
    paymentMethod: nullable(
      BillingPaymentMethod,
      'What is charged, unless a subscription has its own payment method.',
    ),
    delinquent: field(
      Boolean,
      'Whether a charge failed or a due date passed, and no invoice was paid or written off since.',
    ),
    subscriptions: field([BillingSubscription], 'The subscriptions that have not ended, newest first.'),
    linkedAt: field(Date, 'When the user was linked to the customer.'),
    asOf: field(Date, 'When Stripe was read: later changes may be missing.'),
    access: internal<RequestAccess>(),
  },
);

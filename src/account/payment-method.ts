import { Int } from 'type-graphql';
import { createObjectType, field, nullable } from '../graphql/types.ts';
import type { CustomerFacts, PaymentMethodFacts, SubscriptionFacts } from './customer-facts.ts';

export type BillingPaymentMethod = InstanceType<typeof BillingPaymentMethod>;
export const BillingPaymentMethod = createObjectType(
  'BillingPaymentMethod',
  'The displayable part of a payment method.',
  {
    type: field(String, "Stripe's type, such as `card`, `sepa_debit`, `link` or `paypal`."),
    label: field(
      String,
      'A text to show, such as `Visa •••• 4242`, `SEPA Direct Debit •••• 3000` or `PayPal ada@example.com`.',
    ),
    brand: nullable(String, 'The brand of a card, such as `visa`.'),
    last4: nullable(String, 'The last four digits of a card or an account.'),
    expMonth: nullable(Int, 'The expiry month of a card, 1 to 12.'),
    expYear: nullable(Int, 'The expiry year of a card.'),
    wallet: nullable(String, 'The wallet that a card is in, such as `apple_pay`.'),
  },
);

/** Stripe's order of precedence: https://docs.stripe.com/billing/subscriptions/payment-methods-setting */
export function findPaymentMethod(
  subscription: Pick<SubscriptionFacts, 'default_payment_method' | 'default_source'> | null,
  customer: Pick<CustomerFacts, 'invoice_settings' | 'default_source'>,
): BillingPaymentMethod | null {
  const method =
    subscription?.default_payment_method ??
    subscription?.default_source ??
    customer.invoice_settings.default_payment_method ??
    customer.default_source;
  return method === null ? null : toBillingPaymentMethod(method);
}

/** Names that are not the words of the type with capitals. */
const names: Readonly<Record<string, string>> = {
  ach_debit: 'Bank account',
  acss_debit: 'Pre-authorized debit',
  amex: 'American Express',
  au_becs_debit: 'BECS Direct Debit',
  bacs_debit: 'Bacs Direct Debit',
  blik: 'BLIK',
  cashapp: 'Cash App Pay',
  customer_balance: 'Bank transfer',
  diners: 'Diners Club',
  eftpos_au: 'Eftpos Australia',
  eps: 'EPS',
  fpx: 'FPX',
  ideal: 'iDEAL',
  jcb: 'JCB',
  kr_card: 'Korean card',
  mb_way: 'MB WAY',
  mobilepay: 'MobilePay',
  nz_bank_account: 'BECS Direct Debit',
  oxxo: 'OXXO',
  p24: 'Przelewy24',
  paynow: 'PayNow',
  paypal: 'PayPal',
  paypay: 'PayPay',
  payto: 'PayTo',
  promptpay: 'PromptPay',
  sepa_debit: 'SEPA Direct Debit',
  twint: 'TWINT',
  unionpay: 'UnionPay',
  upi: 'UPI',
  us_bank_account: 'Bank account',
  wechat_pay: 'WeChat Pay',
};

/** Legacy card objects spell brands and wallets as names: `American Express`. */
function toKey(text: string | null): string | null {
  return text?.toLowerCase().replaceAll(' ', '_') ?? null;
}

/** What legacy cards and `display_brand` call the brands of `brand`. */
const otherBrands: Readonly<Record<string, string>> = {
  american_express: 'amex',
  diners_club: 'diners',
  eftpos_australia: 'eftpos_au',
  union_pay: 'unionpay',
};

function toName(key: string): string {
  return names[key] ?? key.replaceAll('_', ' ').replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function toBillingPaymentMethod({ type: ownType, details }: PaymentMethodFacts): BillingPaymentMethod {
  const { last4, exp_month: expMonth, exp_year: expYear } = details;
  const shown = details.display_brand === 'other' ? null : details.display_brand;
  const key = toKey(shown ?? details.brand);
  const brand = key === null ? null : (otherBrands[key] ?? key);
  const type = ownType === 'bank_account' ? 'us_bank_account' : ownType;
  const ownName = details.bank_name ?? details.display_name ?? toName(type);
  const name = brand === null || brand === 'unknown' ? ownName : toName(brand);
  const owner = last4 === null ? (details.email ?? details.payer_email ?? details.cashtag) : `•••• ${last4}`;
  return {
    type,
    label: owner === null ? name : `${name} ${owner}`,
    brand,
    last4,
    expMonth,
    expYear,
    wallet: details.wallet?.type ?? toKey(details.tokenization_method),
  };
}

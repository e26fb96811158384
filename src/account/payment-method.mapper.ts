import type { PaymentMethodFacts } from './customer-facts.ts';
import type { BillingPaymentMethod } from './payment-method.types.ts';

/** Names that are not the words of the type with capitals. */
const names: Readonly<Record<string, string>> = {
  ach_debit: 'Bank account',
  acss_debit: 'Pre-authorized debit',
  amex: 'American Express',
  au_becs_debit: 'BECS Direct Debit',
  bacs_debit: 'Bacs Direct Debit',
  bank_account: 'Bank account',
  cashapp: 'Cash App Pay',
  customer_balance: 'Bank transfer',
  diners: 'Diners Club',
  eftpos_au: 'Eftpos Australia',
  eps: 'EPS',
  fpx: 'FPX',
  ideal: 'iDEAL',
  jcb: 'JCB',
  kr_card: 'Korean card',
  mastercard: 'Mastercard',
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

const legacyBrands: Readonly<Record<string, string>> = {
  american_express: 'amex',
  diners_club: 'diners',
};

function toName(key: string): string {
  return names[key] ?? key.replaceAll('_', ' ').replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

export function toBillingPaymentMethod({ type: ownType, details }: PaymentMethodFacts): BillingPaymentMethod {
  const { last4, exp_month: expMonth, exp_year: expYear } = details;
  const key = toKey(details.display_brand ?? details.brand);
  const brand = key === null ? null : (legacyBrands[key] ?? key);
  const type = ownType === 'bank_account' ? 'us_bank_account' : ownType;
  const name = brand === null || brand === 'unknown' ? (details.bank_name ?? toName(type)) : toName(brand);
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

import { createSecret } from '../ids.ts';
import { object, required, string } from '../parameters.ts';
import type { Decoded } from '../parameters.ts';
import { resourceMissing } from '../stripe-api-error.ts';
import type { MethodMembers, PaymentMethodObject } from '../stripe-objects.ts';
import { type CardFacts, cardMembers, findTestCard } from './test-cards.ts';

/** The types that subscriptions can be paid with here. */
export const methodTypes = [
  'acss_debit',
  'amazon_pay',
  'au_becs_debit',
  'bacs_debit',
  'card',
  'cashapp',
  'klarna',
  'link',
  'paypal',
  'revolut_pay',
  'sepa_debit',
  'us_bank_account',
] as const;
type MethodType = (typeof methodTypes)[number];

/** The parameters of each type in `payment_methods.create`. */
export const typeParameters = {
  acss_debit: object({
    account_number: required(string()),
    institution_number: required(string()),
    transit_number: required(string()),
  }),
  amazon_pay: object({}),
  au_becs_debit: object({ account_number: required(string()), bsb_number: required(string()) }),
  bacs_debit: object({ account_number: string(), sort_code: string() }),
  card: object({ token: required(string()) }),
  cashapp: object({}),
  klarna: object({}),
  link: object({}),
  paypal: object({}),
  revolut_pay: object({}),
  sepa_debit: object({ iban: required(string()) }),
  us_bank_account: object({
    account_holder_type: string(),
    account_number: string(),
    account_type: string(),
    routing_number: string(),
  }),
};

/** Wallets have no parameters of their own. */
export function needsDetails(type: MethodType): boolean {
  return type === 'card' || type.endsWith('_debit') || type === 'us_bank_account';
}

/** The members for a request. `email` is the payer's, for wallets. @throws StripeApiError for an unknown card token */
export function membersOf(
  type: MethodType,
  values: Decoded<typeof typeParameters>,
  facts: { readonly email: string | null; readonly now: number },
): MethodMembers {
  if (type === 'card') {
    const token = values.card?.token ?? '';
    const card = findTestCard(token.replace(/^tok_/, 'pm_card_'));
    if (!card) throw resourceMissing('token', token, 'card[token]', 400);
    return cardMembers(card, facts.now);
  }
  const account = values[type];
  const number =
    account && 'account_number' in account
      ? account.account_number
      : values.sepa_debit?.iban.replace(/\s/g, '');
  return methodMembers(type, {
    last4: number?.slice(-4),
    email: facts.email,
    country: values.sepa_debit?.iban.slice(0, 2),
    routingNumber: values.us_bank_account?.routing_number,
  });
}

interface MethodFacts {
  readonly last4?: string | undefined;
  readonly email?: string | null | undefined;
  readonly country?: string | undefined;
  readonly bankName?: string | undefined;
  readonly routingNumber?: string | undefined;
}

/** The members of a type other than a card. */
export function methodMembers(type: Exclude<MethodType, 'card'>, facts: MethodFacts): MethodMembers {
  const { last4, email = null, country, bankName = 'STRIPE TEST BANK' } = facts;
  const fingerprint = createSecret(16);
  const account = { fingerprint, last4: last4 ?? '6789' };
  const builders: Record<typeof type, () => MethodMembers> = {
    acss_debit: () => ({
      type,
      acss_debit: { ...account, bank_name: bankName, institution_number: '000', transit_number: '11000' },
    }),
    amazon_pay: () => ({ type, amazon_pay: {} }),
    au_becs_debit: () => ({ type, au_becs_debit: { ...account, bsb_number: '000000' } }),
    bacs_debit: () => ({ type, bacs_debit: { ...account, sort_code: '108800' } }),
    cashapp: () => ({ type, cashapp: { buyer_id: null, cashtag: null } }),
    klarna: () => ({ type, klarna: { dob: null } }),
    link: () => ({ type, link: { email } }),
    paypal: () => ({ type, paypal: { country: country ?? 'US', payer_email: email, payer_id: null } }),
    revolut_pay: () => ({ type, revolut_pay: {} }),
    sepa_debit: () => ({
      type,
      sepa_debit: {
        fingerprint,
        bank_code: '37040044',
        branch_code: '',
        country: country ?? 'DE',
        generated_from: { charge: null, setup_attempt: null },
        last4: last4 ?? '3000',
      },
    }),
    us_bank_account: () => ({
      type,
      us_bank_account: {
        ...account,
        account_holder_type: 'individual',
        account_type: 'checking',
        bank_name: bankName,
        financial_connections_account: null,
        networks: { preferred: 'ach', supported: ['ach'] },
        routing_number: facts.routingNumber ?? '110000000',
        status_details: {},
      },
    }),
  };
  return builders[type]();
}

/** The accounts of Stripe's test ids for US bank accounts (https://docs.stripe.com/payments/ach-direct-debit#test-account-numbers). */
const testAccounts: Readonly<Record<string, string>> = {
  pm_usBankAccount: '6789',
  pm_usBankAccount_success: '6789',
  pm_usBankAccount_accountClosed: '1113',
  pm_usBankAccount_noAccount: '1116',
  pm_usBankAccount_insufficientFunds: '2227',
  pm_usBankAccount_debitNotAuthorized: '3335',
  pm_usBankAccount_invalidCurrency: '4440',
};
const failingAccounts = Object.values(testAccounts).filter((last4) => last4 !== '6789');

/** The members of one of Stripe's test ids, such as `pm_card_visa`; null for other ids. */
export function findTestMethod(id: string, now: number): MethodMembers | null {
  const card: CardFacts | null = findTestCard(id);
  if (card) return cardMembers(card, now);
  const last4 = testAccounts[id];
  return last4 === undefined ? null : methodMembers('us_bank_account', { last4 });
}

/** Whether charges to this payment method fail, as Stripe's card 4000 0000 0000 0341 does. */
export function isDeclined({ card, us_bank_account: account }: PaymentMethodObject): boolean {
  return card?.last4 === '0341' || failingAccounts.includes(account?.last4 ?? '');
}

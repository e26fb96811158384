import type { Stripe } from 'stripe';
import { createSecret } from '../ids.ts';
import type { MethodMembers } from '../stripe-objects.ts';

export interface CardFacts {
  readonly brand: string;
  readonly last4: string;
  readonly funding?: string;
  readonly country?: string;
  readonly expMonth?: number;
  readonly expYear?: number;
  /** The networks of a card that has several. */
  readonly networks?: readonly string[];
  readonly wallet?: 'apple_pay' | 'google_pay' | 'link' | 'samsung_pay';
}

/** How brands are called. */
export const brandNames: Readonly<Record<string, string>> = {
  amex: 'American Express',
  cartes_bancaires: 'Cartes Bancaires',
  diners: 'Diners Club',
  discover: 'Discover',
  eftpos_au: 'eftpos Australia',
  jcb: 'JCB',
  link: 'Link',
  mastercard: 'Mastercard',
  unionpay: 'UnionPay',
  visa: 'Visa',
};

const cartesBancaires = { last4: '1001', country: 'FR' };

/** Stripe's test cards, by payment method id (https://docs.stripe.com/testing#cards). */
const testCards: Readonly<Record<string, CardFacts>> = {
  pm_card_visa: { brand: 'visa', last4: '4242' },
  pm_card_visa_debit: { brand: 'visa', last4: '5556', funding: 'debit' },
  pm_card_visa_cartesBancaires: { ...cartesBancaires, brand: 'visa', networks: ['cartes_bancaires', 'visa'] },
  pm_card_mastercard: { brand: 'mastercard', last4: '4444' },
  pm_card_mastercard_debit: { brand: 'mastercard', last4: '8210', funding: 'debit' },
  pm_card_mastercard_prepaid: { brand: 'mastercard', last4: '5100', funding: 'prepaid' },
  pm_card_mastercard_cartesBancaires: {
    ...cartesBancaires,
    brand: 'mastercard',
    networks: ['cartes_bancaires', 'mastercard'],
  },
  pm_card_amex: { brand: 'amex', last4: '8431' },
  pm_card_discover: { brand: 'discover', last4: '9424' },
  pm_card_diners: { brand: 'diners', last4: '3237' },
  pm_card_jcb: { brand: 'jcb', last4: '0505', country: 'JP' },
  pm_card_unionpay: { brand: 'unionpay', last4: '0005', country: 'CN' },
  pm_card_chargeCustomerFail: { brand: 'visa', last4: '0341' },
};

export function findTestCard(id: string): CardFacts | null {
  return testCards[id] ?? null;
}

/** The members of a card. It expires at the end of next year unless the facts say otherwise. */
export function cardMembers(card: CardFacts, now: number): MethodMembers {
  return {
    type: 'card',
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: card.country ?? 'US',
      display_brand: card.brand,
      exp_month: card.expMonth ?? 12,
      exp_year: card.expYear ?? new Date(now * 1000).getUTCFullYear() + 1,
      fingerprint: createSecret(16),
      funding: card.funding ?? 'credit',
      generated_from: null,
      last4: card.last4,
      networks: { available: [...(card.networks ?? [card.brand])], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: walletOf(card),
    },
  };
}

function walletOf({ wallet, last4 }: CardFacts): Stripe.PaymentMethod.Card.Wallet | null {
  if (wallet === undefined) return null;
  return { dynamic_last4: wallet === 'link' ? null : last4, type: wallet, [wallet]: {} };
}

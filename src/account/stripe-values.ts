import { Float, Int } from 'type-graphql';
import { createObjectType, field } from '../graphql/types.ts';

export type Money = InstanceType<typeof Money>;
export const Money = createObjectType(
  'Money',
  'An amount as Stripe counts it: 1234 with 2 decimals is 12.34.',
  {
    amount: field(Float, "A whole number of the currency's smallest units, which may exceed an Int."),
    currency: field(String, 'The currency as an ISO code in lower case, such as `eur`.'),
    decimals: field(
      Int,
      "Stripe's decimals for the currency: 0, 2 or 3. `Intl.NumberFormat` differs for some.",
    ),
  },
);

/** https://docs.stripe.com/currencies#zero-decimal */
const zeroDecimals = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));

/** https://docs.stripe.com/currencies#three-decimal */
const threeDecimals = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

export function getDecimals(currency: string): number {
  if (zeroDecimals.has(currency)) return 0;
  return threeDecimals.has(currency) ? 3 : 2;
}

/** Stripe refuses charges of other fractions: https://docs.stripe.com/currencies#special-cases */
export function isChargeable(amount: number, currency: string): boolean {
  if (currency === 'isk' || currency === 'ugx') return amount % 100 === 0;
  return !threeDecimals.has(currency) || amount % 10 === 0;
}

export function toMoney(amount: number, currency: string): Money;
export function toMoney(amount: number | null, currency: string | null): Money | null;
export function toMoney(amount: number | null, currency: string | null): Money | null {
  if (amount === null || currency === null) return null;
  return { amount, currency, decimals: getDecimals(currency) };
}

export function toDate(seconds: number): Date;
export function toDate(seconds: number | null): Date | null;
export function toDate(seconds: number | null): Date | null {
  return seconds === null ? null : new Date(seconds * 1000);
}

/** How many decimals Stripe gives a currency; all others have two (https://docs.stripe.com/currencies). Those of Intl differ. */
const decimals: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF',
  3: 'BHD JOD KWD OMR TND',
};

function decimalsOf(currency: string): number {
  const found = Object.entries(decimals).find(([, codes]) => codes.includes(currency.toUpperCase()));
  return found ? Number(found[0]) : 2;
}

/** Formats an amount in Stripe's smallest unit for people. A price below one unit, such as `0.35`, keeps its fraction. */
export function formatAmount(
  amount: number | string,
  currency: string,
  locale = 'en-US',
  display: 'code' | 'symbol' = 'symbol',
): string {
  const style = { style: 'currency', currency: currency.toUpperCase(), currencyDisplay: display } as const;
  const usual = new Intl.NumberFormat(locale, style).resolvedOptions().minimumFractionDigits ?? 2;
  const places = decimalsOf(currency);
  const value = Number(amount) / 10 ** places;
  // Where people use no decimals but Stripe has two, as for UGX, a whole amount is shown without them.
  const minimum = Number.isInteger(value) ? Math.min(usual, places) : places;
  const fraction = String(amount).split('.')[1]?.length ?? 0;
  return new Intl.NumberFormat(locale, {
    ...style,
    minimumFractionDigits: minimum,
    maximumFractionDigits: places + fraction,
  }).format(value);
}

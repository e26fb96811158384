/** An amount as the service returns it. */
export interface Money {
  /** In the currency's smallest unit as Stripe counts it. It may have a fraction, as `unitAmountDecimal` does. */
  readonly amount: number;
  readonly currency: string;
  /** Stripe's decimals, which differ from those of `Intl` for some currencies. */
  readonly decimals: number;
}

/** Formats an amount: `$29.00`, `¥500`. It has the currency's usual decimals, and more only where they are not zero. */
export function formatMoney({ amount, currency, decimals }: Money, locale?: string | string[]): string {
  const options = { style: 'currency', currency } as const;
  const { maximumFractionDigits: usual = decimals } = new Intl.NumberFormat(
    locale,
    options,
  ).resolvedOptions();
  const isUsual = amount % 10 ** Math.max(0, decimals - usual) === 0;
  const minimumFractionDigits = isUsual ? usual : decimals;
  const maximumFractionDigits = Math.max(minimumFractionDigits, countFraction(amount) + decimals);
  const format = { ...options, minimumFractionDigits, maximumFractionDigits };
  return new Intl.NumberFormat(locale, format).format(amount / 10 ** decimals);
}

/** Stripe's fractions of the smallest unit have at most twelve digits. */
function countFraction(amount: number): number {
  if (Number.isInteger(amount)) return Number.NEGATIVE_INFINITY;
  return /\.(\d+)$/.exec(String(amount))?.[1]?.length ?? 12;
}

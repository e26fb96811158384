import { type BillingCustomer, formatMoney } from 'billing-portal-client';
import type { Open } from './account-page.tsx';
import { canOpen, toRequest } from './tasks.ts';

const verifications: Partial<Record<NonNullable<BillingCustomer['taxIds'][number]['verification']>, string>> =
  {
    PENDING: ' (being verified)',
    UNVERIFIED: ' (could not be verified)',
  };

/** Stripe takes any text as a country, and `Intl` refuses what is not a code. */
function nameCountry(country: string): string {
  if (!/^[a-z]{2}$/i.test(country)) return country;
  return new Intl.DisplayNames(undefined, { type: 'region' }).of(country) ?? country;
}

/** Who the invoices are for, and what is to the customer's credit. */
export function Details({ customer, open }: { readonly customer: BillingCustomer; readonly open: Open }) {
  const { name, email, phone, address, taxIds, balance, tasks } = customer;
  const { line1, line2, postalCode, city, state, country } = address ?? {};
  const lines = [
    name,
    email,
    phone,
    line1,
    line2,
    // Countries order and separate these differently, and `Intl` does not say how.
    [city, state, postalCode].filter(Boolean).join(', '),
    country && nameCountry(country),
    ...taxIds.map(({ value, verification }) => value + ((verification && verifications[verification]) ?? '')),
  ].filter(Boolean);
  return (
    <section className="panel" aria-labelledby="details">
      <h2 id="details">Billing details</h2>
      {lines.length > 0 ? (
        <p className="lines">{lines.join('\n')}</p>
      ) : (
        <p className="muted">No billing details on file.</p>
      )}
      {balance && (
        <p>
          {balance.amount < 0 ? 'Credit' : 'Carried over'}:{' '}
          {formatMoney({ ...balance, amount: Math.abs(balance.amount) })}
        </p>
      )}
      {canOpen(tasks, 'CUSTOMER_UPDATE') && (
        <button type="button" onClick={() => open(toRequest('CUSTOMER_UPDATE'))}>
          Edit details
        </button>
      )}
    </section>
  );
}

import type { BillingCustomer } from 'billing-portal-client';
import type { Open } from './account-page.tsx';
import { canOpen, toRequest } from './tasks.ts';

type Method = NonNullable<BillingCustomer['paymentMethod']>;

interface PaymentMethodProps {
  /** What the plan is charged to; null when there is nothing on file. */
  readonly method: Method | null;
  readonly tasks: BillingCustomer['tasks'];
  readonly open: Open;
}

export function PaymentMethod({ method, tasks, open }: PaymentMethodProps) {
  const warning = method && warnOfExpiry(method);
  return (
    <section className="panel" aria-labelledby="method">
      <h2 id="method">Payment method</h2>
      {method ? (
        <p>
          {method.label}
          {method.expMonth !== null && (
            <span className="muted">
              <br />
              Expires {String(method.expMonth).padStart(2, '0')}/{method.expYear}
            </span>
          )}
        </p>
      ) : (
        <p className="muted">No payment method on file.</p>
      )}
      {warning && (
        <p>
          <span className="badge warn">{warning}</span>
        </p>
      )}
      {canOpen(tasks, 'PAYMENT_METHOD_UPDATE') && (
        <button type="button" onClick={() => open(toRequest('PAYMENT_METHOD_UPDATE'))}>
          {method ? 'Update payment method' : 'Add a payment method'}
        </button>
      )}
    </section>
  );
}

const soonMs = 45 * 86_400_000;

/** A card is good until the end of its month. */
function warnOfExpiry({ expMonth, expYear }: Method): string | null {
  if (expMonth === null || expYear === null) return null;
  const leftMs = Date.UTC(expYear, expMonth, 1) - Date.now();
  if (leftMs <= 0) return 'Expired';
  return leftMs < soonMs ? 'Expires soon' : null;
}

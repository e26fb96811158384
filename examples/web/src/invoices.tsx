import { type BillingInvoices, type BillingPortalError, formatMoney } from 'billing-portal-client';
import { formatDate } from './format.ts';
import { Problem } from './problem.tsx';

type Invoice = NonNullable<BillingInvoices['invoices']>['edges'][number]['node'];

interface InvoicesProps {
  /** Undefined until they are loaded for the first time. */
  readonly invoices: BillingInvoices['invoices'] | undefined;
  readonly loading: boolean;
  readonly error: BillingPortalError | null;
  /** Null when the page shows as many as it can. */
  readonly onMore: (() => void) | null;
  readonly onTryAgain: () => void;
  readonly onSignInAgain: () => void;
  readonly onView: () => void;
}

export function Invoices(props: InvoicesProps) {
  const { invoices, loading, error, onMore, onTryAgain, onSignInAgain, onView } = props;
  const list = invoices?.edges.map(({ node }) => node) ?? [];
  return (
    <section className="panel wide" aria-labelledby="invoices" aria-busy={loading}>
      <h2 id="invoices">Invoices</h2>
      {error && <Problem error={error} onTryAgain={onTryAgain} onSignInAgain={onSignInAgain} />}
      {!error && !invoices && <p className="muted">Loading your invoices…</p>}
      {invoices && list.length === 0 && <p className="muted">No invoices yet.</p>}
      {list.length > 0 && (
        <table>
          <thead className="unseen">
            <tr>
              <th>Date</th>
              <th>Amount</th>
              <th>Status</th>
              <th>Download</th>
            </tr>
          </thead>
          <tbody>
            {list.map((invoice) => (
              <InvoiceRow key={invoice.id} invoice={invoice} />
            ))}
          </tbody>
        </table>
      )}
      <div className="actions">
        {onMore && invoices?.pageInfo.hasNextPage && (
          <button type="button" aria-disabled={loading} onClick={loading ? undefined : onMore}>
            {loading ? 'Loading older invoices…' : 'Older invoices'}
          </button>
        )}
        <button className="quiet" type="button" onClick={onView}>
          View invoices
        </button>
      </div>
    </section>
  );
}

const tones: Partial<Record<Invoice['status'], string>> = {
  PAID: 'good',
  OPEN: 'warn',
  UNCOLLECTIBLE: 'bad',
};

function InvoiceRow({ invoice }: { readonly invoice: Invoice }) {
  const { createdAt, number, total, status, hostedInvoiceUrl, invoicePdfUrl } = invoice;
  const name = number ?? formatDate(createdAt);
  return (
    <tr>
      <td>{formatDate(createdAt, 'medium')}</td>
      <td>{formatMoney(total)}</td>
      <td>
        <span className={`badge ${tones[status] ?? 'calm'}`}>{status.toLowerCase()}</span>
      </td>
      <td>
        {status === 'OPEN' && hostedInvoiceUrl ? (
          <a href={hostedInvoiceUrl} aria-label={`Pay now, invoice ${name}`}>
            Pay now
          </a>
        ) : (
          invoicePdfUrl && (
            <a href={invoicePdfUrl} aria-label={`PDF of invoice ${name}`}>
              PDF
            </a>
          )
        )}
      </td>
    </tr>
  );
}

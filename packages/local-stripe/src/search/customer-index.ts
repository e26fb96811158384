import type { StripeEvent } from '../event-log.ts';
import type { Store } from '../store.ts';
import type { CustomerObject } from '../stripe-objects.ts';

interface Version {
  readonly atMs: number;
  readonly customer: CustomerObject;
}

/** Customers as search sees them. Like Stripe's index, it lags behind changes. */
export class CustomerIndex {
  private readonly versions = new Map<string, readonly Version[]>();

  constructor(
    private readonly store: Store,
    private readonly lagMs: number,
  ) {
    store.events.subscribe((event) => {
      this.note(event);
    });
  }

  /** Every customer in the index, in its indexed state, newest first. */
  customers(): CustomerObject[] {
    const known = [...this.versions.keys()].map((id) => this.indexed(id));
    return known.filter((customer) => customer !== null).reverse();
  }

  /** Indexes the customers of a restored store. */
  adopt(): void {
    for (const customer of this.store.all('customer').reverse())
      this.versions.set(customer.id, [{ atMs: 0, customer }]);
  }

  private note({ type, data }: StripeEvent): void {
    if (type !== 'customer.created' && type !== 'customer.updated') return;
    const customer = data.object as CustomerObject;
    const version: Version = { atMs: this.store.nowMs(), customer };
    this.versions.set(customer.id, [...(this.versions.get(customer.id) ?? []), version]);
  }

  private indexed(id: string): CustomerObject | null {
    if (!this.store.find('customer', id)) return null;
    const reached = this.store.nowMs() - this.lagMs;
    return this.versions.get(id)?.findLast(({ atMs }) => atMs <= reached)?.customer ?? null;
  }
}

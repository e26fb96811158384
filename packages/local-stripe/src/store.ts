import { isDeepStrictEqual } from 'node:util';
import { type SubscriptionInternals, noInternals } from './billing/subscription-internals.ts';
import { EventLog } from './event-log.ts';
import { present } from './expansion.ts';
import { StripeApiError, resourceMissing } from './stripe-api-error.ts';
import type { ObjectName, StripeObject, StripeObjects } from './stripe-objects.ts';

/** How Stripe's messages and params call an object whose id is in the path. */
const naming: Record<ObjectName, { readonly noun: string; readonly pathParam: string }> = {
  customer: { noun: 'customer', pathParam: 'id' },
  product: { noun: 'product', pathParam: 'id' },
  price: { noun: 'price', pathParam: 'price' },
  payment_method: { noun: 'PaymentMethod', pathParam: 'payment_method' },
  subscription: { noun: 'subscription', pathParam: 'id' },
  invoice: { noun: 'invoice', pathParam: 'invoice' },
  'billing_portal.configuration': { noun: 'configuration', pathParam: 'configuration' },
  'billing_portal.session': { noun: 'session', pathParam: 'session' },
  'checkout.session': { noun: 'checkout.session', pathParam: 'session' },
};

/** What Stripe keeps of a deleted object. */
export interface Tombstone {
  readonly id: string;
  readonly object: ObjectName;
  readonly deleted: true;
}

/** Everything the local Stripe remembers. All changes go through `commit` and `remove`, which record the event. */
export class Store {
  readonly events: EventLog;
  /** Where the local Stripe is reached; known once it listens. */
  baseUrl = '';
  private objects = new Map<string, StripeObject>();
  private tombstones = new Map<string, Tombstone>();
  private internals = new Map<string, SubscriptionInternals>();
  private readonly committedAt = new Map<string, number>();
  private readonly clock: () => Date;
  private offsetMs = 0;

  constructor(clock: () => Date) {
    this.clock = clock;
    this.events = new EventLog(() => this.now());
  }

  /** The present moment in Stripe's unit, seconds. */
  now(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  /** Lets time pass at once. */
  advance(seconds: number): void {
    this.offsetMs += seconds * 1000;
  }

  /** How long ago an object was last changed, in milliseconds. */
  ageOf(id: string): number {
    return this.nowMs() - (this.committedAt.get(id) ?? 0);
  }

  nowMs(): number {
    return this.clock().getTime() + this.offsetMs;
  }

  /** Runs an endpoint as a whole: when it is refused half way, nothing of it has happened. */
  attempt<T>(run: () => T): T {
    const before = [this.objects, this.tombstones, this.internals] as const;
    this.objects = new Map(this.objects);
    this.tombstones = new Map(this.tombstones);
    this.internals = new Map(this.internals);
    this.events.hold();
    try {
      const result = run();
      this.events.release();
      return result;
    } catch (error) {
      // A declined card is an outcome: the attempt to charge it stays on the invoice.
      if (error instanceof StripeApiError && error.status === 402) this.events.release();
      else {
        [this.objects, this.tombstones, this.internals] = before;
        this.events.discard();
      }
      throw error;
    }
  }

  /** Stores an object as it is now, and records what happened to it; an update that changes nothing is no event. */
  commit<N extends ObjectName>(
    type: string,
    object: StripeObjects[N] & { readonly object: N },
  ): StripeObjects[N] {
    const before = this.objects.get(object.id);
    this.put(object);
    if (!before || !type.endsWith('.updated')) this.announce(type, object);
    else if (!isDeepStrictEqual(before, object)) this.announce(type, object, changedMembers(before, object));
    return object;
  }

  /** Stores an object about which Stripe has no event to tell. */
  keep<N extends ObjectName>(object: StripeObjects[N] & { readonly object: N }): StripeObjects[N] {
    this.put(object);
    return object;
  }

  private put(object: StripeObject): void {
    this.objects.set(object.id, object);
    this.committedAt.set(object.id, this.nowMs());
  }

  /** Deletes an object; its id goes on to say that it was deleted. */
  remove(type: string, object: StripeObject): Tombstone {
    const tombstone: Tombstone = { id: object.id, object: object.object, deleted: true };
    this.objects.delete(object.id);
    this.tombstones.set(object.id, tombstone);
    this.announce(type, object);
    return tombstone;
  }

  /** Records an event about an object that is stored as it is. */
  announce(type: string, object: StripeObject, previous?: Record<string, unknown>): void {
    this.events.record(type, { ...present(object, [], this), id: object.id }, previous);
  }

  find<N extends ObjectName>(name: N, id: string): StripeObjects[N] | null {
    const object = this.objects.get(id);
    return object?.object === name ? (object as StripeObjects[N]) : null;
  }

  findDeleted(name: ObjectName, id: string): Tombstone | null {
    const tombstone = this.tombstones.get(id);
    return tombstone?.object === name ? tombstone : null;
  }

  /** The object that a path names. @throws StripeApiError 404 */
  get<N extends ObjectName>(name: N, id: string): StripeObjects[N] {
    const object = this.find(name, id);
    if (!object) throw resourceMissing(naming[name].noun, id, naming[name].pathParam, 404);
    return object;
  }

  /** The object that a parameter names. @throws StripeApiError 400 */
  refer<N extends ObjectName>(name: N, id: string, param: string): StripeObjects[N] {
    const object = this.find(name, id);
    if (!object) throw resourceMissing(naming[name].noun, id, param, 400);
    return object;
  }

  /** All objects of a kind, the newest first, as Stripe lists them. */
  all<N extends ObjectName>(name: N): StripeObjects[N][] {
    const found = [...this.objects.values()].filter((object) => object.object === name);
    return found.reverse() as StripeObjects[N][];
  }

  internalsOf(subscriptionId: string): SubscriptionInternals {
    return this.internals.get(subscriptionId) ?? noInternals;
  }

  changeInternals(subscriptionId: string, changes: Partial<SubscriptionInternals>): void {
    this.internals.set(subscriptionId, { ...this.internalsOf(subscriptionId), ...changes });
  }

  /** Any object or tombstone, for expansion. */
  lookUp(id: string): StripeObject | Tombstone | null {
    return this.objects.get(id) ?? this.tombstones.get(id) ?? null;
  }
}

/** The earlier values of the members that changed, as an event's `previous_attributes` has them. */
function changedMembers(before: object, after: object): Record<string, unknown> {
  const later = new Map(Object.entries(after));
  return Object.fromEntries(
    Object.entries(before).filter(([key, value]) => !isDeepStrictEqual(value, later.get(key))),
  );
}

import { isDeepStrictEqual } from 'node:util';
import { type SubscriptionInternals, noInternals } from './billing/subscription-internals.ts';
import { EventLog, type EventLogDump } from './event-log.ts';
import { present } from './expansion.ts';
import { StripeApiError, resourceMissing } from './stripe-api-error.ts';
import type { MeterEvent, ObjectName, StripeObject, StripeObjects } from './stripe-objects.ts';

/** The noun and the param that Stripe's errors use for an object whose id is in the path. */
const naming: Record<ObjectName, { readonly noun: string; readonly pathParam: string }> = {
  customer: { noun: 'customer', pathParam: 'id' },
  product: { noun: 'product', pathParam: 'id' },
  price: { noun: 'price', pathParam: 'price' },
  payment_method: { noun: 'PaymentMethod', pathParam: 'payment_method' },
  subscription: { noun: 'subscription', pathParam: 'id' },
  subscription_schedule: { noun: 'subscription schedule', pathParam: 'schedule' },
  tax_id: { noun: 'tax_id', pathParam: 'id' },
  card: { noun: 'source', pathParam: 'id' },
  invoice: { noun: 'invoice', pathParam: 'invoice' },
  coupon: { noun: 'coupon', pathParam: 'coupon' },
  promotion_code: { noun: 'promotion code', pathParam: 'promotion_code' },
  discount: { noun: 'discount', pathParam: 'discount' },
  'billing.meter': { noun: 'meter', pathParam: 'id' },
  'billing.feedback_option': { noun: 'feedback option', pathParam: 'id' },
  'billing_portal.configuration': { noun: 'configuration', pathParam: 'configuration' },
  'billing_portal.session': { noun: 'session', pathParam: 'session' },
  'checkout.session': { noun: 'checkout.session', pathParam: 'session' },
};

/** What Stripe still returns for a deleted object. */
interface Tombstone {
  readonly id: string;
  readonly object: ObjectName;
  readonly deleted: true;
}

/** Everything that survives a restart, as JSON. */
export interface StoreDump {
  readonly offsetMs: number;
  readonly objects: readonly StripeObject[];
  readonly tombstones: readonly Tombstone[];
  readonly removed: readonly StripeObject[];
  readonly internals: readonly (readonly [string, SubscriptionInternals])[];
  readonly committedAt: readonly (readonly [string, number])[];
  readonly meterEvents: readonly MeterEvent[];
  readonly events: EventLogDump;
}

/** All objects of the local Stripe. Changes go through `commit` and `remove`, which record the event. */
export class Store {
  readonly events: EventLog;
  /** The recorded usage, which Stripe never returns. */
  readonly meterEvents: MeterEvent[] = [];
  /** The URL of the local Stripe; empty until it listens. */
  baseUrl = '';
  private objects = new Map<string, StripeObject>();
  private tombstones = new Map<string, Tombstone>();
  private readonly removed = new Map<string, StripeObject>();
  private internals = new Map<string, SubscriptionInternals>();
  private readonly committedAt = new Map<string, number>();
  private readonly clock: () => Date;
  private offsetMs = 0;

  /** The name on hosted pages and invoices. */
  readonly businessName: string;

  constructor(clock: () => Date, businessName: string) {
    this.clock = clock;
    this.businessName = businessName;
    this.events = new EventLog(() => this.now());
  }

  /** The current time in seconds, Stripe's unit. */
  now(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  /** Moves the clock forward. */
  advance(seconds: number): void {
    this.offsetMs += seconds * 1000;
  }

  /** Milliseconds since an object was last changed. */
  ageOf(id: string): number {
    return this.nowMs() - (this.committedAt.get(id) ?? 0);
  }

  nowMs(): number {
    return this.clock().getTime() + this.offsetMs;
  }

  /** Runs an endpoint atomically: an error undoes its changes and discards its events. */
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
      // A declined card is an outcome: the failed charge stays on the invoice.
      if (error instanceof StripeApiError && error.status === 402) this.events.release();
      else {
        [this.objects, this.tombstones, this.internals] = before;
        this.events.discard();
      }
      throw error;
    }
  }

  /** Runs something for its result alone: its changes and events are undone. */
  rehearse<T>(run: () => T): T {
    const before = [this.objects, this.tombstones, this.internals] as const;
    this.objects = new Map(this.objects);
    this.internals = new Map(this.internals);
    try {
      return this.events.muted(run);
    } finally {
      [this.objects, this.tombstones, this.internals] = before;
    }
  }

  /**
   * Stores an object and records the event. An update that changes nothing records none. Whatever changes an invoice
   * also records `invoice.updated`, as at Stripe.
   */
  commit<N extends ObjectName>(
    type: string,
    object: StripeObjects[N] & { readonly object: N },
  ): StripeObjects[N] {
    const before = this.objects.get(object.id);
    this.put(object);
    const isUpdate = type.endsWith('.updated');
    if (!before || !isUpdate) this.announce(type, object);
    if (before && (isUpdate || object.object === 'invoice') && !isDeepStrictEqual(before, object))
      this.announce(isUpdate ? type : 'invoice.updated', object, changedMembers(before, object));
    return object;
  }

  /** Stores an object for which Stripe sends no event. */
  keep<N extends ObjectName>(object: StripeObjects[N] & { readonly object: N }): StripeObjects[N] {
    this.put(object);
    return object;
  }

  private put(object: StripeObject): void {
    this.objects.set(object.id, object);
    this.committedAt.set(object.id, this.nowMs());
  }

  /** Deletes an object. Its id returns a tombstone from then on. */
  remove(type: string, object: StripeObject): Tombstone {
    const tombstone: Tombstone = { id: object.id, object: object.object, deleted: true };
    this.objects.delete(object.id);
    this.tombstones.set(object.id, tombstone);
    this.removed.set(object.id, object);
    this.announce(type, object);
    return tombstone;
  }

  /** Records an event about an object without storing the object. */
  announce(type: string, object: StripeObject, previous?: Record<string, unknown>): void {
    this.events.record(type, { ...present(object, [], this), id: object.id }, previous);
  }

  find<N extends ObjectName>(name: N, id: string): StripeObjects[N] | null {
    const object = this.objects.get(id);
    return object?.object === name ? (object as StripeObjects[N]) : null;
  }

  /** Finds an object, also after its deletion: a discount outlives its coupon. */
  findEver<N extends ObjectName>(name: N, id: string): StripeObjects[N] | null {
    const object = this.objects.get(id) ?? this.removed.get(id);
    return object?.object === name ? (object as StripeObjects[N]) : null;
  }

  findDeleted(name: ObjectName, id: string): Tombstone | null {
    const tombstone = this.tombstones.get(id);
    return tombstone?.object === name ? tombstone : null;
  }

  /** Finds the object that a path names. @throws StripeApiError 404 */
  get<N extends ObjectName>(name: N, id: string): StripeObjects[N] {
    const object = this.find(name, id);
    if (!object) throw resourceMissing(naming[name].noun, id, naming[name].pathParam, 404);
    return object;
  }

  /** Finds the object that a parameter names. @throws StripeApiError 400 */
  refer<N extends ObjectName>(name: N, id: string, param: string): StripeObjects[N] {
    const object = this.find(name, id);
    if (!object) throw resourceMissing(naming[name].noun, id, param, 400);
    return object;
  }

  /** All objects of a kind, newest first, as Stripe lists them. */
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

  dump(): StoreDump {
    return {
      offsetMs: this.offsetMs,
      objects: [...this.objects.values()],
      tombstones: [...this.tombstones.values()],
      removed: [...this.removed.values()],
      internals: [...this.internals],
      committedAt: [...this.committedAt],
      meterEvents: this.meterEvents,
      events: this.events.dump(),
    };
  }

  restore(dump: StoreDump): void {
    this.offsetMs = dump.offsetMs;
    for (const object of dump.objects) this.objects.set(object.id, object);
    for (const tombstone of dump.tombstones) this.tombstones.set(tombstone.id, tombstone);
    for (const object of dump.removed) this.removed.set(object.id, object);
    for (const [id, internals] of dump.internals) this.internals.set(id, internals);
    for (const [id, time] of dump.committedAt) this.committedAt.set(id, time);
    this.meterEvents.push(...dump.meterEvents);
    this.events.restore(dump.events);
  }

  /** Finds any object or tombstone, for expansion. */
  lookUp(id: string): StripeObject | Tombstone | null {
    return this.objects.get(id) ?? this.findEver('coupon', id) ?? this.tombstones.get(id) ?? null;
  }
}

/** The previous values of changed members, for an event's `previous_attributes`. */
function changedMembers(before: object, after: object): Record<string, unknown> {
  const later = new Map(Object.entries(after));
  return Object.fromEntries(
    Object.entries(before).filter(([key, value]) => !isDeepStrictEqual(value, later.get(key))),
  );
}

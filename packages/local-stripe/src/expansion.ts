import { invalidRequest } from './stripe-api-error.ts';
import type { ObjectName, StripeObjects } from './stripe-objects.ts';

/** Finds the objects that an answer refers to. The store implements it. */
interface ObjectSource {
  lookUp(id: string): object | null;
  all<N extends ObjectName>(name: N): readonly StripeObjects[N][];
}

/** Members that hold an id and can be expanded into the object. */
const references: Partial<Record<string, readonly string[]>> = {
  customer: ['invoice_settings.default_payment_method', 'default_source', 'test_clock'],
  product: ['default_price', 'tax_code'],
  price: ['product'],
  plan: ['product'],
  payment_method: ['customer'],
  subscription: [
    'customer',
    'default_payment_method',
    'default_source',
    'latest_invoice',
    'schedule',
    'pending_setup_intent',
    'discounts',
    'cancellation_details.feedback_option',
  ],
  subscription_item: ['discounts'],
  subscription_schedule: ['customer', 'subscription'],
  tax_id: ['customer', 'owner.customer'],
  invoice: ['customer', 'default_payment_method', 'discounts'],
  line_item: ['discounts', 'pricing.price_details.price'],
  discount: ['customer', 'promotion_code', 'source.coupon'],
  promotion_code: ['customer', 'promotion.coupon'],
  'billing_portal.configuration': [
    'application',
    'features.subscription_cancel.cancellation_reason.feedback_options',
  ],
  'billing_portal.session': ['configuration'],
  'checkout.session': ['customer', 'invoice', 'subscription'],
};

/** Members that Stripe leaves out unless they are asked for. */
const hidden: Partial<Record<string, readonly string[]>> = {
  customer: ['subscriptions', 'sources', 'tax_ids'],
  price: ['currency_options', 'tiers'],
  coupon: ['applies_to', 'currency_options'],
  'billing_portal.configuration': ['features.subscription_update.products'],
  'checkout.session': ['line_items'],
};

type Node = Record<string, unknown>;

/** Turns a stored object into an answer: without hidden members, and with the requested ones expanded. */
export function present(result: object, expand: readonly string[], store: ObjectSource): object {
  const answer = withoutHidden(structuredClone(result)) as Node;
  for (const path of expand) {
    const segments = path.split('.');
    if (segments.length > 4) {
      throw invalidRequest(`You cannot expand more than 4 levels of a property. Property: ${path}`, 'expand');
    }
    expandPath(answer, result, segments, path, store);
  }
  return answer;
}

/** Fills `answer` in place. `kept` is the same object as stored, with its hidden members. */
function expandPath(
  answer: unknown,
  kept: unknown,
  segments: readonly string[],
  path: string,
  store: ObjectSource,
): void {
  if (Array.isArray(answer)) {
    answer.forEach((each, index) => {
      expandPath(each, (kept as unknown[])[index], segments, path, store);
    });
    return;
  }
  if (!isNode(answer) || answer.deleted === true) return;
  const known = [...(references[String(answer.object)] ?? []), ...(hidden[String(answer.object)] ?? [])];
  const match = known.find((field) => segments.slice(0, field.split('.').length).join('.') === field);
  if (match) {
    const rest = segments.slice(match.split('.').length);
    const value = expandMember(answer, kept, match.split('.'), store);
    if (rest.length > 0) expandPath(value, keptOf(value, kept, match, store), rest, path, store);
    return;
  }
  const [head = '', ...rest] = segments;
  if (isTiersOfCurrency(head, rest, kept)) {
    answer.tiers = structuredClone(kept.tiers);
    return;
  }
  const next = answer[head];
  if (rest.length === 0 || (next !== null && typeof next !== 'object')) {
    throw invalidRequest(`This property cannot be expanded (${path}).`, 'expand');
  }
  expandPath(next, isNode(kept) ? kept[head] : undefined, rest, path, store);
}

function expandMember(answer: Node, kept: unknown, field: readonly string[], store: ObjectSource): unknown {
  let holder: Node = answer;
  let source: unknown = kept;
  for (const segment of field.slice(0, -1)) {
    holder = holder[segment] as Node;
    source = isNode(source) ? source[segment] : undefined;
  }
  const name = field.at(-1) ?? '';
  const value = holder[name];
  if (typeof value === 'string') holder[name] = lookUp(value, store);
  else if (Array.isArray(value)) holder[name] = value.map((each) => lookUp(each, store));
  else if (value === undefined) holder[name] = hiddenValue(answer, name, source, store);
  return holder[name];
}

function lookUp(value: unknown, store: ObjectSource): unknown {
  return typeof value === 'string' ? withoutHidden(structuredClone(store.lookUp(value) ?? value)) : value;
}

function hiddenValue(answer: Node, name: string, source: unknown, store: ObjectSource): unknown {
  if (answer.object !== 'customer')
    return withoutTiers(name, structuredClone(isNode(source) ? source[name] : undefined));
  const url = `/v1/customers/${String(answer.id)}/${name}`;
  const found =
    name === 'subscriptions'
      ? store.all('subscription').filter((each) => each.status !== 'canceled')
      : name === 'tax_ids'
        ? store.all('tax_id')
        : store.all('card');
  const data = found.filter((each) => each.customer === answer.id);
  return { object: 'list', data: structuredClone(data.slice(0, 10)), has_more: data.length > 10, url };
}

/** Lists inside of objects have ten entries, as at Stripe. Their URL lists the rest. */
function cutLists(holder: Node): void {
  for (const list of Object.values(holder)) {
    if (isNode(list) && list.object === 'list' && Array.isArray(list.data) && list.data.length > 10) {
      list.data = list.data.slice(0, 10);
      list.has_more = true;
    }
  }
}

function keptOf(value: unknown, kept: unknown, member: string, store: ObjectSource): unknown {
  if (isNode(value) && typeof value.id === 'string') return store.lookUp(value.id) ?? value;
  return member === 'currency_options' && isNode(kept) ? kept[member] : value;
}

/** The tiers of each currency of a price are hidden too: they need a path of their own. */
function withoutTiers(name: string, value: unknown): unknown {
  if (name !== 'currency_options' || !isNode(value)) return value;
  for (const option of Object.values(value)) if (isNode(option)) delete option.tiers;
  return value;
}

function isTiersOfCurrency(head: string, rest: readonly string[], kept: unknown): kept is { tiers: unknown } {
  return head === 'tiers' && rest.length === 0 && isNode(kept) && 'unit_amount_decimal' in kept;
}

function withoutHidden(value: unknown): unknown {
  if (Array.isArray(value)) value.forEach(withoutHidden);
  else if (isNode(value)) {
    for (const field of hidden[value.object as ObjectName] ?? []) {
      const holders = field.split('.');
      const name = holders.pop() ?? '';
      const holder = holders.reduce<unknown>(
        (node, segment) => (isNode(node) ? node[segment] : undefined),
        value,
      );
      if (isNode(holder)) Reflect.deleteProperty(holder, name);
    }
    Object.values(value).forEach(withoutHidden);
    if (value.object !== 'list') cutLists(value);
  }
  return value;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { isObject } from './configuration.schema.ts';
import type { Configuration, ConfigurationContent } from './managed-configuration.ts';

/** A difference between a field's value at Stripe and the wanted one; null means that the field has no value. */
export interface ConfigurationChange {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
}

export function listChanges(before: Configuration, content: ConfigurationContent): ConfigurationChange[] {
  const { name, business_profile, default_return_url, login_page, features } = before;
  const login = { enabled: login_page.enabled };
  const old = flatten({ name, business_profile, default_return_url, login_page: login, features });
  const wanted = flatten(content);
  return [...new Set([...old.keys(), ...wanted.keys()])].sort().flatMap((path) => {
    const [from, to] = [read(old, path), read(wanted, path)];
    return from === to ? [] : [{ path, from, to }];
  });
}

/** The edits at Stripe that a restore undoes. Only the policy's own fields count: Stripe may change its defaults for others. */
export function listEdits(found: Configuration, content: ConfigurationContent): ConfigurationChange[] {
  const named = new Set(flattenAll(content).map(([path]) => path));
  return listChanges(found, content).filter(({ path }) => named.has(path));
}

type Fields = ReadonlyMap<string, string>;

/** Stripe's defaults for fields that were not sent: https://docs.stripe.com/api/customer_portal/configurations/create */
const defaults: Fields = new Map([
  ['features.subscription_cancel.mode', 'at_period_end'],
  ['features.subscription_cancel.proration_behavior', 'none'],
  ['features.subscription_pause.duration.type', 'interval_options'],
  ['features.subscription_pause.duration.interval_options', '1 month'],
  ['features.subscription_update.billing_cycle_anchor', 'unchanged'],
  ['features.subscription_update.proration_behavior', 'none'],
  ['features.subscription_update.trial_update_behavior', 'end_trial'],
]);

function read(fields: Fields, path: string): string | null {
  const feature = path.split('.').slice(0, 2).join('.');
  const byDefault = fields.has(`${feature}.enabled`) ? defaults.get(path) : undefined;
  return fields.get(path) ?? byDefault ?? null;
}

/** Omits disabled features, their settings, and values that are Stripe's defaults. */
function flatten(content: object): Fields {
  const fields = flattenAll(content);
  const off = fields.filter(([path, text]) => path.endsWith('.enabled') && text === 'false');
  const under = off.map(([path]) => path.slice(0, -'enabled'.length));
  const isShown = ([path, text]: [string, string]): boolean =>
    defaults.get(path) !== text && !under.some((prefix) => path.startsWith(prefix));
  return new Map(fields.filter(isShown));
}

function flattenAll(value: unknown, path = ''): [string, string][] {
  if (value === null || value === undefined || value === '') return [];
  if (Array.isArray(value)) return flattenList(value, path);
  if (!isObject(value)) return [[path, toText(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flattenAll(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** Products are compared by their ids, and other lists without regard to their order. */
function flattenList(list: readonly unknown[], path: string): [string, string][] {
  if (list.length === 0) return [];
  const products = list.filter((item) => isObject(item)).filter((item) => 'product' in item);
  return products.length > 0
    ? products.flatMap(({ product, ...rest }) => flattenAll(rest, `${path}.${toText(product)}`))
    : [[path, list.map(toText).sort().join(', ')]];
}

/** Objects in lists are lengths of a pause, conditions, or options that Stripe has expanded. */
function toText(value: unknown): string {
  if (!isObject(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const { interval, interval_count: count = 1, type, id } = value;
  return interval === undefined ? toText(type ?? id ?? null) : `${toText(count)} ${toText(interval)}`;
}

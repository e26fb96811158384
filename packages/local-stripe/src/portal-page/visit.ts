import type { FormFields } from '../form.ts';
import { findDefaultConfiguration } from '../resources/portal-configurations.ts';
import type {
  ConfigurationObject,
  CustomerObject,
  InvoiceObject,
  SessionObject,
  SubscriptionObject,
} from '../stripe-objects.ts';
import type { Store } from '../store.ts';
import type { Html } from './html.ts';

/** What a page handler stands on: whose portal this is and what it allows. */
export interface Visit {
  readonly store: Store;
  readonly session: SessionObject;
  readonly customer: CustomerObject;
  readonly configuration: ConfigurationObject;
  readonly businessName: string;
  /** The session's page; every link of the portal begins with it. */
  readonly home: string;
  /** Whether the session is a deep link whose task is still to be done: then there is no way to other tasks. */
  readonly inFlow: boolean;
  /** The ids in the path, and what was entered. */
  readonly params: Readonly<Record<string, string>>;
  readonly form: FormFields;
  /** Marks the flow's task as done. */
  finishFlow(): void;
}

/** What a handler answers: a page, or where to go. */
export type PageAnswer =
  | { readonly title: string; readonly content: Html; readonly status?: number }
  | { readonly redirect: string };

export interface PortalTask {
  readonly method: 'GET' | 'POST';
  /** Below the session's page. */
  readonly path: string;
  handle(visit: Visit): PageAnswer;
}

/** The portal has no such page for this customer, or the configuration does not allow it. */
export class PageNotFound extends Error {}

/** What was entered cannot be used; the page says why. */
export class EntryRefused extends Error {}

/** Throws unless the configuration allows what the page is for. */
export function requireFeature(enabled: boolean): void {
  if (!enabled) throw new PageNotFound();
}

/** One field of a form, trimmed; missing is empty. */
export function field(visit: Visit, name: string): string {
  const value = visit.form[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** The subscription in the path, when it is this customer's and the session may see it. */
export function pathSubscription(visit: Visit): SubscriptionObject {
  const subscription = visit.store.find('subscription', visit.params.id ?? '');
  if (!subscription || !isVisible(visit, subscription)) throw new PageNotFound();
  return subscription;
}

export function visibleSubscriptions(visit: Visit): SubscriptionObject[] {
  return visit.store.all('subscription').filter((each) => isVisible(visit, each));
}

export function visibleInvoices(visit: Visit): InvoiceObject[] {
  return visit.store.all('invoice').filter((each) => each.status !== 'draft' && isVisible(visit, each));
}

/** A session made on behalf of an account shows that account's subscriptions and invoices alone. */
function isVisible(visit: Visit, object: SubscriptionObject | InvoiceObject): boolean {
  const { on_behalf_of: account, customer } = visit.session;
  return object.customer === customer && (account === null || object.on_behalf_of === account);
}

/** Where to go when a task is done: where the deep link says, else the home page with a word about it. */
export function completeTask(visit: Visit, type: string, notice: string): PageAnswer {
  const { flow } = visit.session;
  if (!visit.inFlow || flow?.type !== type) return { redirect: `${visit.home}?notice=${notice}` };
  visit.finishFlow();
  const { redirect, type: completion } = flow.after_completion;
  if (completion === 'redirect' && redirect) return { redirect: redirect.return_url };
  return {
    redirect: completion === 'hosted_confirmation' ? `${visit.home}/done` : `${visit.home}?notice=${notice}`,
  };
}

/** Where "Return to …" leads; null without any return URL. */
export function returnUrlOf(visit: Visit): string | null {
  return visit.session.return_url ?? visit.configuration.default_return_url;
}

/** The configuration that a session shows: its own, as it is now. */
export function configurationOf(store: Store, session: SessionObject): ConfigurationObject | null {
  return store.find('billing_portal.configuration', session.configuration) ?? findDefaultConfiguration(store);
}

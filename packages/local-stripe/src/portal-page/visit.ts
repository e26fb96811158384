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

/** The context of a page: the session, its customer and its configuration. */
export interface Visit {
  readonly store: Store;
  readonly session: SessionObject;
  readonly customer: CustomerObject;
  readonly configuration: ConfigurationObject;
  readonly businessName: string;
  /** The path of the session's page. Every link of the portal starts with it. */
  readonly home: string;
  /** Whether the session is a deep link with an unfinished task. Other tasks cannot be reached then. */
  readonly inFlow: boolean;
  /** The ids in the path and the submitted values. */
  readonly params: Readonly<Record<string, string>>;
  readonly form: FormFields;
  /** Marks the task of the deep link as completed. */
  finishFlow(): void;
}

/** The answer to a visit: a page or a redirect. */
export type PageAnswer =
  | { readonly title: string; readonly content: Html; readonly status?: number }
  | { readonly redirect: string };

export interface PortalTask {
  readonly method: 'GET' | 'POST';
  /** The path below the session's page. */
  readonly path: string;
  handle(visit: Visit): PageAnswer;
}

/** The page does not exist for this customer, or the configuration does not allow it. */
export class PageNotFound extends Error {}

/** The submitted values are invalid. The page shows the message. */
export class EntryRefused extends Error {}

/** @throws PageNotFound unless the configuration allows the feature of the page */
export function requireFeature(enabled: boolean): void {
  if (!enabled) throw new PageNotFound();
}

/** One field of a form, trimmed. A missing field is empty. */
export function field(visit: Visit, name: string): string {
  const value = visit.form[name];
  return typeof value === 'string' ? value.trim() : '';
}

/** Finds the subscription in the path, if it belongs to the customer and the session may show it. */
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

/** A session on behalf of an account shows only that account's subscriptions and invoices. */
function isVisible(visit: Visit, object: SubscriptionObject | InvoiceObject): boolean {
  const { on_behalf_of: account, customer } = visit.session;
  return object.customer === customer && (account === null || object.on_behalf_of === account);
}

/** The redirect after a task: where the deep link leads, else the home page with a message. */
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

/** The target of "Return to …", or null without a return URL. */
export function returnUrlOf(visit: Visit): string | null {
  return visit.session.return_url ?? visit.configuration.default_return_url;
}

/** The current state of a session's configuration. */
export function configurationOf(store: Store, session: SessionObject): ConfigurationObject | null {
  return store.find('billing_portal.configuration', session.configuration) ?? findDefaultConfiguration(store);
}

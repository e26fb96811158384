import type { FastifyRequest } from 'fastify';
import { decodeForm } from '../form.ts';
import type { FormFields } from '../form.ts';
import type { Store } from '../store.ts';
import type { SessionObject } from '../stripe-objects.ts';
import { flowPath } from './flow-tasks.ts';
import { type Language, chooseLanguage } from './language.ts';
import { PageNotFound, configurationOf } from './visit.ts';
import type { Visit } from './visit.ts';

export interface PortalOptions {
  readonly store: Store;
  readonly sessionLifetimeMs: number;
  /** The sessions whose deep link is completed. */
  readonly finishedFlows: Set<string>;
}

export function findSession(store: Store, secret: string): SessionObject | null {
  const url = sessionUrl(store, secret);
  return store.all('billing_portal.session').find((each) => each.url === url) ?? null;
}

export function sessionUrl(store: Store, secret: string): string {
  return `${store.baseUrl}/p/session/${secret}`;
}

/** The language of a session's pages. */
export function languageOf(store: Store, session: SessionObject, request: FastifyRequest): Language {
  const preferred = store.find('customer', session.customer)?.preferred_locales ?? [];
  return chooseLanguage(session.locale, preferred, request.headers['accept-language']);
}

export function isExpired(session: SessionObject, options: PortalOptions): boolean {
  return options.store.ageOf(session.id) >= options.sessionLifetimeMs;
}

/** Collects what a page needs. @throws PageNotFound if the customer or the configuration is gone */
export function openVisit(session: SessionObject, request: FastifyRequest, options: PortalOptions): Visit {
  const { store, finishedFlows } = options;
  const customer = store.find('customer', session.customer);
  const configuration = configurationOf(store, session);
  if (!customer || !configuration) throw new PageNotFound();
  const inFlow = session.flow !== null && !finishedFlows.has(session.id);
  return {
    store,
    session,
    customer,
    configuration,
    businessName: store.businessName,
    home: new URL(session.url).pathname,
    inFlow,
    params: request.params as Readonly<Record<string, string>>,
    form: inFlow ? { ...formOf(request), ...fixedFields(session) } : formOf(request),
    finishFlow: () => finishedFlows.add(session.id),
  };
}

/** The submitted values: the form, or the query. */
export function formOf(request: FastifyRequest): FormFields {
  const query = request.url.split('?')[1] ?? '';
  return decodeForm(typeof request.body === 'string' ? request.body : query);
}

/** A deep link to confirm one change allows no other change. */
function fixedFields(session: SessionObject): FormFields {
  const [item] = session.flow?.subscription_update_confirm?.items ?? [];
  return item ? { price: item.price ?? '', quantity: String(item.quantity ?? '') } : {};
}

/** A deep link reaches only its own task. */
export function isWithinFlow(visit: Visit, request: FastifyRequest): boolean {
  const [path = ''] = request.url.split('?');
  const [task = ''] = flowPath(visit).split('?');
  const offer = visit.session.flow?.subscription_cancel ? task.replace(/cancel$/, 'accept-offer') : task;
  return path.startsWith(task) || path === offer;
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createId, createSecret } from '../ids.ts';
import type { Store } from '../store.ts';
import type { ConfigurationObject, CustomerObject, SessionObject } from '../stripe-objects.ts';
import { renderExpiredPage, renderLinkSentPage, renderLoginPage, renderNotFoundPage } from './login-pages.ts';
import { sendPage } from './page-reply.ts';
import { findSession, formOf, sessionUrl } from './session-access.ts';
import type { PortalOptions } from './session-access.ts';

/** Sends the page of an expired session, which says how to get a new one. */
export function sendExpired(
  reply: FastifyReply,
  session: SessionObject,
  { store }: PortalOptions,
): FastifyReply {
  const loginAction = canLogIn(store, session) ? `${new URL(session.url).pathname}/login` : null;
  return sendPage(reply, 410, renderExpiredPage({ loginAction, returnUrl: session.return_url }));
}

/** Login by e-mail: after an expired session that offers it, and on a configuration's login page. */
export function registerLogin(app: FastifyInstance, { store }: PortalOptions): void {
  app.post('/p/session/:secret/login', (request, reply) => {
    const session = findSession(store, secretOf(request));
    if (!session || !canLogIn(store, session)) return sendPage(reply, 404, renderNotFoundPage());
    const customer = store.find('customer', session.customer);
    const email = emailOf(request);
    const matches = customer !== null && sameEmail(customer, email);
    return sendPage(reply, 200, renderLinkSentPage(email, matches ? renewSession(store, session).url : null));
  });
  app.get('/p/login/:secret', (request, reply) => {
    const configuration = findByLoginPage(store, secretOf(request));
    return configuration
      ? sendPage(reply, 200, renderLoginPage(`/p/login/${secretOf(request)}`))
      : sendPage(reply, 404, renderNotFoundPage());
  });
  app.post('/p/login/:secret', (request, reply) => {
    const configuration = findByLoginPage(store, secretOf(request));
    if (!configuration) return sendPage(reply, 404, renderNotFoundPage());
    const email = emailOf(request);
    const customer = store.all('customer').find((each) => sameEmail(each, email));
    const url = customer ? startSession(store, customer, configuration).url : null;
    return sendPage(reply, 200, renderLinkSentPage(email, url));
  });
}

function canLogIn(store: Store, session: SessionObject): boolean {
  const expiration = session.after_expiration;
  if (expiration?.type !== 'customer_login') return false;
  const deadline = expiration.customer_login?.expires_at ?? null;
  return deadline === null || deadline > store.now();
}

function renewSession(store: Store, session: SessionObject): SessionObject {
  return store.commit('billing_portal.session.created', { ...session, flow: null, ...freshMembers(store) });
}

function startSession(
  store: Store,
  customer: CustomerObject,
  configuration: ConfigurationObject,
): SessionObject {
  return store.commit('billing_portal.session.created', {
    object: 'billing_portal.session',
    after_expiration: null,
    configuration: configuration.id,
    customer: customer.id,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: configuration.default_return_url,
    ...freshMembers(store),
  });
}

function freshMembers(store: Store): Pick<SessionObject, 'id' | 'created' | 'url'> {
  return { id: createId('bps'), created: store.now(), url: sessionUrl(store, `test_${createSecret(43)}`) };
}

function findByLoginPage(store: Store, secret: string): ConfigurationObject | null {
  const url = `${store.baseUrl}/p/login/${secret}`;
  return store.all('billing_portal.configuration').find((each) => each.login_page.url === url) ?? null;
}

function secretOf(request: FastifyRequest): string {
  return (request.params as { readonly secret?: string }).secret ?? '';
}

function emailOf(request: FastifyRequest): string {
  const { email } = formOf(request);
  return typeof email === 'string' ? email.trim() : '';
}

function sameEmail(customer: CustomerObject, email: string): boolean {
  return email !== '' && customer.email?.toLowerCase() === email.toLowerCase();
}

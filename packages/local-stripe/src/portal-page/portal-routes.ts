import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { passTime } from '../billing/time-passing.ts';
import { StripeApiError } from '../stripe-api-error.ts';
import type { SessionObject } from '../stripe-objects.ts';
import { cancellationTasks } from './cancellation-tasks.ts';
import { customerTasks } from './customer-tasks.ts';
import { doneTask, flowPath } from './flow-tasks.ts';
import { homeTask } from './home-page.ts';
import { html } from './html.ts';
import { registerInvoices } from './invoice-routes.ts';
import { invoiceTasks } from './invoice-tasks.ts';
import { speak } from './language.ts';
import { renderNotice, renderPortalPage, stylesheetPath } from './layout.ts';
import { registerLogin, sendExpired } from './login-routes.ts';
import { renderNotFoundPage } from './login-pages.ts';
import { sendPage } from './page-reply.ts';
import { pauseTasks } from './pause-tasks.ts';
import { paymentMethodTasks } from './payment-method-tasks.ts';
import { planTasks } from './plan-tasks.ts';
import { findSession, isExpired, isWithinFlow, languageOf, openVisit } from './session-access.ts';
import type { PortalOptions } from './session-access.ts';
import { stylesheet } from './stylesheet.ts';
import { EntryRefused, PageNotFound } from './visit.ts';
import type { PageAnswer, PortalTask, Visit } from './visit.ts';

const tasks: readonly PortalTask[] = [
  homeTask,
  doneTask,
  ...paymentMethodTasks,
  ...customerTasks,
  ...cancellationTasks,
  ...pauseTasks,
  ...planTasks,
  ...invoiceTasks,
];

/** Serves the hosted pages: portal sessions, invoices, and login by e-mail. */
export function registerPortal(app: FastifyInstance, options: PortalOptions): void {
  for (const task of tasks) {
    app.route({
      method: task.method,
      url: `/p/session/:secret${task.path}`,
      handler: (request, reply) => answerTask(task, request, reply, options),
    });
  }
  registerLogin(app, options);
  registerInvoices(app, options.store);
  app.get(stylesheetPath, (_request, reply) => reply.type('text/css; charset=utf-8').send(stylesheet));
}

function answerTask(
  task: PortalTask,
  request: FastifyRequest,
  reply: FastifyReply,
  options: PortalOptions,
): FastifyReply {
  const { secret = '' } = request.params as { readonly secret?: string };
  const session = findSession(options.store, secret);
  // A forged request does not know the secret in the path. As a second check, a form from another site is refused.
  if (!session || (task.method === 'POST' && request.headers['sec-fetch-site'] === 'cross-site')) {
    return sendPage(reply, 404, renderNotFoundPage());
  }
  return speak(languageOf(options.store, session, request), () =>
    answerInSession(task, session, request, reply, options),
  );
}

function answerInSession(
  task: PortalTask,
  session: SessionObject,
  request: FastifyRequest,
  reply: FastifyReply,
  options: PortalOptions,
): FastifyReply {
  if (isExpired(session, options)) return sendExpired(reply, session, options);
  passTime(options.store);
  try {
    const visit = openVisit(session, request, options);
    return sendAnswer(reply, visit, answerOf(task, visit, request));
  } catch (error) {
    if (error instanceof PageNotFound) return sendPage(reply, 404, renderNotFoundPage(session.return_url));
    throw error;
  }
}

function answerOf(task: PortalTask, visit: Visit, request: FastifyRequest): PageAnswer {
  if (visit.inFlow && task === homeTask) return { redirect: flowPath(visit) };
  if (visit.inFlow && !isWithinFlow(visit, request)) throw new PageNotFound();
  try {
    return visit.store.attempt(() => task.handle(visit));
  } catch (error) {
    if (error instanceof EntryRefused || error instanceof StripeApiError)
      return answerRefusal(task, visit, error);
    throw error;
  }
}

/** Shows the form again, with the error above it. */
function answerRefusal(task: PortalTask, visit: Visit, refusal: Error): PageAnswer {
  const path = task.path.replace(/\/confirm$/, '');
  const form = tasks.find((each) => each.method === 'GET' && each.path === path && each !== task) ?? homeTask;
  const answer = form.handle(visit);
  if ('redirect' in answer) return answer;
  return {
    ...answer,
    status: 422,
    content: html`${renderNotice(refusal.message, 'problem')}${answer.content}`,
  };
}

function sendAnswer(reply: FastifyReply, visit: Visit, answer: PageAnswer): FastifyReply {
  if ('redirect' in answer) return reply.code(303).header('location', answer.redirect).send();
  const page = renderPortalPage(visit, answer.title, answer.content);
  return sendPage(reply, answer.status ?? 200, page, completionSource(visit.session));
}

/** `form-action` also applies to the redirect after a form, so it must list the return URL of a deep link. */
function completionSource(session: SessionObject): string {
  const url = session.flow?.after_completion.redirect?.return_url;
  if (url === undefined) return '';
  const { origin, protocol } = new URL(url);
  return origin === 'null' ? protocol : origin;
}

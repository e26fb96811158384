import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BillingError, type BillingErrorCode, errorStatuses } from '../shared/errors.ts';
import { CustomerGoneError } from '../customers/customer.errors.ts';
import type { EmailLinkPageName, EmailLinkPages } from './email-link-pages.ts';
import { linkPath, EmailLinkRefusedError } from './email-link-register.ts';
import type { EmailLinkVisits } from './email-link-visits.service.ts';
import { type Logger, logFailure } from '../logging/logger.ts';
import { OverloadedError } from '../http/request-admission.ts';

export interface EmailLinkOptions {
  readonly visits: EmailLinkVisits;
  readonly pages: EmailLinkPages;
}

/** The form has no fields, so bodies are not read. */
const maxBodyBytes = 1024;
const retryAfterSeconds = 5;

/**
 * The routes of e-mail links. A GET only shows a page, because mail scanners and previews follow links; the page's button
 * opens the portal by a POST. There is no sign-in: the link is the credential.
 */
export function addEmailLinkRoutes(server: FastifyInstance, { visits, pages }: EmailLinkOptions): void {
  const send = (reply: FastifyReply, name: EmailLinkPageName, status?: number): FastifyReply => {
    const page = pages.get(name);
    return reply
      .code(status ?? page.status)
      .headers(pages.headers)
      .type('text/html; charset=utf-8')
      .send(page.html);
  };
  server.setErrorHandler(createPageErrorHandler(send));
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string', bodyLimit: maxBodyBytes }, (_request, _body, done) =>
    done(null),
  );

  const route = { url: `${linkPath}/:token`, config: { cors: false } } as const;
  server.route<LinkRequest>({
    ...route,
    method: 'GET',
    handler: async ({ params }, reply) => {
      await visits.check(params.token);
      return send(reply, 'ready');
    },
  });
  server.route<LinkRequest>({
    ...route,
    method: 'POST',
    handler: async ({ params, raw }, reply) => {
      const { url } = await visits.open(params.token, () => !raw.socket.destroyed);
      return reply.redirect(url, 303);
    },
  });
}

interface LinkRequest {
  readonly Params: { readonly token: string };
}

const pageByRefusal = {
  unknown: 'unknown',
  expired: 'expired',
  used: 'used',
  left: 'try_again',
} as const satisfies Record<EmailLinkRefusedError['refusal'], EmailLinkPageName>;

const pageByCode: Partial<Record<BillingErrorCode, EmailLinkPageName>> = {
  CUSTOMER_NOT_FOUND: 'changed',
  RETURN_URL_NOT_ALLOWED: 'changed',
  FLOW_NOT_ALLOWED: 'not_offered',
  BAD_USER_INPUT: 'not_offered',
  RATE_LIMITED: 'too_many',
};

function findPage(error: Error): EmailLinkPageName | undefined {
  if (error instanceof CustomerGoneError) return 'gone';
  return error instanceof BillingError ? pageByCode[error.code] : undefined;
}

type Send = (reply: FastifyReply, name: EmailLinkPageName, status?: number) => FastifyReply;

/** Other failures do not use up the link, so that the person can try again. */
function createPageErrorHandler(send: Send) {
  return (
    error: EmailLinkRefusedError | BillingError | FastifyError,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply => {
    if (error instanceof EmailLinkRefusedError) return send(reply, pageByRefusal[error.refusal]);
    const page = findPage(error);
    const status = getStatus(error);
    if (error instanceof BillingError || status === 500)
      logFailure(request.log as Logger, error, 'a request failed', { requestId: request.id });
    if (page !== undefined && page !== 'too_many') return send(reply, page);
    const { retryAfter } = error as { retryAfter?: number };
    reply.header('retry-after', String(retryAfter ?? retryAfterSeconds));
    return send(reply, page ?? 'try_again', status);
  };
}

function getStatus(error: BillingError | FastifyError | OverloadedError): number {
  if (error instanceof BillingError) return errorStatuses[error.code].rest;
  if (error instanceof OverloadedError) return error.statusCode;
  const { statusCode = 500 } = error;
  return statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}

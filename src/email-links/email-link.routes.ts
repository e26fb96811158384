import type { FastifyError, FastifyInstance } from 'fastify';
import { CustomerGoneError } from '../customers/customer.errors.ts';
import { reportFailure } from '../http/error-response.ts';
import { BillingError, type BillingErrorCode } from '../shared/errors.ts';
import { type EmailLinkPageName, createPageSender } from './email-link-pages.ts';
import { linkPath } from './email-link-register.ts';
import { EmailLinkRefusedError, type EmailLinkVisits } from './email-link-visits.service.ts';

const retryAfterSeconds = 5;

/** Mail scanners follow links, so a GET only shows a page. Its button opens the portal by POST. The link is the credential. */
export function addEmailLinkRoutes(
  server: FastifyInstance,
  visits: EmailLinkVisits,
  stripeUrl: URL | null,
): void {
  const send = createPageSender(stripeUrl);
  server.setErrorHandler<EmailLinkRefusedError | BillingError | FastifyError>((error, request, reply) => {
    if (error instanceof EmailLinkRefusedError) return send(reply, error.page);
    const { status, retryAfter = retryAfterSeconds } = reportFailure(error, request, 'rest');
    const page = findPage(error);
    if (page !== undefined && page !== 'too_many') return send(reply, page);
    reply.header('retry-after', String(retryAfter));
    // Other failures do not use up the link, so that the person can try again.
    return send(reply, page ?? 'try_again', status);
  });
  server.removeAllContentTypeParsers();
  // The form has no fields, so bodies are not read: strangers can send them slowly.
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const path = `${linkPath}/:token`;
  const config = { cors: false };
  server.get<LinkRequest>(path, { config }, async ({ params }, reply) => {
    await visits.check(params.token);
    return send(reply, 'ready');
  });
  server.post<LinkRequest>(path, { config }, async ({ params, raw }, reply) => {
    const { url } = await visits.open(params.token, () => !raw.socket.destroyed);
    return reply.redirect(url, 303);
  });
}

interface LinkRequest {
  readonly Params: { readonly token: string };
}

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

// For an application with sessions in a cookie: a link to /billing leads them to the portal.
// The browser never gets a token; this server signs one for a minute and sends it to the billing service.
import { type Server, createServer } from 'node:http';
import { SignJWT } from 'jose';

export interface CookieSessionOptions {
  /** Where the billing service listens: http://127.0.0.1:4000 */
  readonly billingUrl: string;
  /** Where the portal leads back to. Keep it out of the query, which anyone can write. */
  readonly returnUrl: string;
  /** JWT_SECRET, JWT_ISSUER and JWT_AUDIENCE of the billing service. */
  readonly token: { readonly secret: string; readonly issuer: string; readonly audience: string };
  /** Your session store: the user of a session, or null. */
  findUserId(sessionId: string): Promise<string | null>;
}

export function createCookieSessionServer(options: CookieSessionOptions): Server {
  return createServer(async (request, response) => {
    try {
      const { pathname, searchParams } = new URL(`http://localhost${request.url ?? '/'}`);
      if (request.method !== 'GET' || pathname !== '/billing') return response.writeHead(404).end();
      const [, sessionId] = /(?:^|; )session=([^;]*)/.exec(request.headers.cookie ?? '') ?? [];
      const userId = sessionId === undefined ? null : await options.findUserId(sessionId);
      if (userId === null) return response.writeHead(303, { location: '/login' }).end();
      const location = await openPortal(options, userId, searchParams.get('flow'));
      return response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
    } catch (error) {
      process.stderr.write(`${String(error)}\n`);
      return response.writeHead(502).end('The billing portal cannot be opened. Try again later.');
    }
  });
}

/** The portal's URL opens one user's billing: pass it on, and do not log or store it. */
async function openPortal(
  options: CookieSessionOptions,
  userId: string,
  flow: string | null,
): Promise<string> {
  const { secret, issuer, audience } = options.token;
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(secret));
  const query = new URLSearchParams({ returnUrl: options.returnUrl, ...(flow === null ? {} : { flow }) });
  const answer = await fetch(`${options.billingUrl}/billing-portal?${query.toString()}`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'manual',
  });
  const location = answer.headers.get('location');
  if (answer.status !== 303 || location === null)
    throw new Error(`The billing service answered ${answer.status}`);
  return location;
}

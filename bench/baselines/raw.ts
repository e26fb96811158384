// The least that Node can do for a session: node:http, undici, and a form written by hand.
import { type ServerResponse, createServer } from 'node:http';
import { Pool } from 'undici';
import { loadCustomers } from './customers.ts';

const { PORT = '0', STRIPE_API_URL = '', STRIPE_SECRET_KEY = '' } = process.env;
const customers = loadCustomers();
const stripe = new Pool(STRIPE_API_URL, { connections: 128 });
const headers = {
  authorization: `Bearer ${STRIPE_SECRET_KEY}`,
  'content-type': 'application/x-www-form-urlencoded',
};

async function createSession(text: string): Promise<string> {
  const { userId, returnUrl } = JSON.parse(text) as { userId: string; returnUrl: string };
  const customer = encodeURIComponent(customers.get(userId) ?? '');
  const { body } = await stripe.request({
    method: 'POST',
    path: '/v1/billing_portal/sessions',
    headers,
    body: `customer=${customer}&return_url=${encodeURIComponent(returnUrl)}`,
  });
  const { url } = (await body.json()) as { url: string };
  return JSON.stringify({ url });
}

function answer(text: string, response: ServerResponse): void {
  createSession(text).then(
    (session) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(session),
      });
      response.end(session);
    },
    () => response.writeHead(500).end(),
  );
}

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (text += chunk));
  request.on('end', () => answer(text, response));
});
server.listen(Number(PORT), '127.0.0.1');

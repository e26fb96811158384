// The customer portal as tutorials have it: Express, the Stripe SDK with its defaults, and who is asking taken on trust.
import express from 'express';
import { loadCustomers } from './customers.ts';
import { createStripe } from './stripe.ts';

const customers = loadCustomers();
const stripe = createStripe();
const app = express();
app.use(express.json());

app.post('/create-portal-session', async (request, response) => {
  const { userId, returnUrl } = request.body as { userId: string; returnUrl: string };
  const customer = customers.get(userId);
  if (customer === undefined) {
    response.status(404).json({ error: 'No such customer' });
    return;
  }
  const session = await stripe.billingPortal.sessions.create({ customer, return_url: returnUrl });
  response.json({ url: session.url });
});

app.listen(Number(process.env['PORT']), '127.0.0.1');

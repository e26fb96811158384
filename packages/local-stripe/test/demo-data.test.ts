import { expect, test } from '@jest/globals';
import { seedDemoData, seedDemoStates } from '../src/demo-data.ts';
import { startLocalStripe } from './local-stripe-client.ts';
import { openPortal } from './portal-browser.ts';

test('the demo data is created, and the customer’s portal shows it', async () => {
  const { stripe } = await startLocalStripe();
  const demo = await seedDemoData(stripe);
  const subscription = await stripe.subscriptions.retrieve(demo.subscriptionId, {
    expand: ['items.data.price.product'],
  });
  expect(subscription).toMatchObject({
    status: 'active',
    items: { data: [{ price: { id: demo.prices[1]?.month, product: { name: 'Pro' } } }] },
  });
  const invoices = await stripe.invoices.list({ customer: demo.customerId });
  expect(invoices.data.map(({ status, total }) => [status, total])).toEqual([
    ['paid', 2000],
    ['paid', 900],
  ]);
  expect((await stripe.invoices.createPreview({ subscription: demo.subscriptionId })).amount_due).toBe(2900);
  const page = await openPortal(stripe, { customer: demo.customerId });
  expect(page.text).toContain('Pro Active $29.00 / month');
});

test('a second run on the same account uses the existing settings', async () => {
  const { stripe } = await startLocalStripe();
  const [first, second] = [await seedDemoData(stripe), await seedDemoData(stripe)];
  expect(second.configurationId).toBe(first.configurationId);
});

test('the second demo customer has subscriptions in the states that a billing page shows', async () => {
  const { stripe } = await startLocalStripe();
  const customer = await seedDemoStates(stripe);
  await seedDemoData(stripe);
  const page = await openPortal(stripe, { customer });
  const shown = [
    'Welcome: 25% off for 3 months',
    'A change of your plan is scheduled',
    'Don’t cancel',
    'Resume subscription',
    '€19.00 / month',
    'for 12 × Starts at $10.00 / month',
    '$0.005 per unit / month',
    'because its invoices are sent',
  ];
  expect(shown.filter((text) => !page.text.includes(text))).toEqual([]);
});

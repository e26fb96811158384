import { type Identity, createBillingPortal } from 'billing-portal-graphql/server';

interface Context {
  readonly user: { readonly id: string } | null;
}

const ofContext = await createBillingPortal(process.env, {
  identify: ({ user }: Context) => user && { userId: user.id },
});
const ofBoth = await createBillingPortal(process.env, {
  identify: (_source: Request | Context): Promise<Identity | null> => Promise.resolve(null),
});
const ofSettings = await createBillingPortal(process.env, {
  basePath: process.env['BILLING_PATH'],
  identify: ({ user }: { readonly user?: { readonly id: string } }) => user && { userId: user.id },
});
const ofTokens = await createBillingPortal({ ...process.env, RETURN_URLS: 'https://app.example.com' });

const request = new Request('https://app.example.com/billing/graphql');
export const responses: Promise<Response>[] = [
  ofBoth.fetch(request, { address: '::1' }),
  ofTokens.fetch(request),
];
export const { schema } = ofSettings;
// @ts-expect-error This portal knows users by a context only.
void ofContext.fetch(request);

const returnUrl = 'https://app.example.com/';
const { url } = await ofContext.sessions.create(
  { userId: 'ada' },
  { returnUrl, flow: { type: 'SUBSCRIPTION_CANCEL' }, features: { invoiceHistory: false } },
);
export const texts: string[] = [url];
// @ts-expect-error There is no such task.
void ofContext.sessions.create({ userId: 'ada' }, { returnUrl, flow: { type: 'REFUND' } });
// @ts-expect-error There is no such feature.
void ofContext.sessions.create({ userId: 'ada' }, { returnUrl, features: { refunds: true } });

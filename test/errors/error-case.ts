import type { BillingErrorCode } from '../../src/shared/errors.ts';
import type { Environment } from '../../src/config/environment.ts';
import { type Answer, type FaultyStripe, sendJson, startFaultyStripe } from '../helpers/faulty-stripe.ts';
import { type TestApp, createTestApp, returnUrl } from '../helpers/test-app.ts';
import { planted } from './planted.ts';

export type ErrorCode =
  BillingErrorCode | 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'INTERNAL_SERVER_ERROR';

/** One way in which opening a session fails. What it does not say is as it is when all goes well. */
export interface ErrorCase {
  readonly code: ErrorCode;
  /** When it happens: the title of its test. */
  readonly when: string;
  /** How Stripe answers. */
  readonly stripe?: Answer;
  /** How long the service waits for Stripe: short where it would try again and again. */
  readonly deadlineMs?: number;
  /** Variables of the service that differ. */
  readonly env?: () => Environment | Promise<Environment>;
  /** What happens once the service runs. */
  readonly arrange?: (app: TestApp) => unknown;
  /** The token of the request; null for none. */
  readonly token?: ((app: TestApp) => Promise<string>) | null;
  /** What is asked for. A GET says it without a flow. */
  readonly input?: { readonly returnUrl: string; readonly locale?: string; readonly flow?: object };
  /** Another request in place of the mutation. REST has no twin of it. */
  readonly graphql?: { readonly query: string; readonly variables?: object };
  /** The status on GraphQL where it is not the code's usual one. */
  readonly graphqlStatus?: number;
}

export interface CaseAnswer {
  readonly wayIn: 'GraphQL' | 'POST' | 'GET';
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A service with planted secrets, whose Stripe answers by a script. */
export interface Stage {
  readonly app: TestApp;
  readonly stripe: FaultyStripe;
  readonly token: string;
}

export const session = {
  id: 'bps_1',
  object: 'billing_portal.session',
  customer: 'cus_1',
  url: planted.sessionUrl,
  return_url: returnUrl,
  configuration: 'bpc_1',
  locale: null,
  livemode: false,
  created: 1_900_000_000,
};

export const openSession = `
  mutation ($returnUrl: String!, $locale: String, $flow: BillingPortalFlowInput) {
    createBillingPortalSession(returnUrl: $returnUrl, locale: $locale, flow: $flow) { url }
  }`;

const usualDeadlineMs = 5_000;

/** The services on which cases run that do not need one of their own, by their deadlines. */
const sharedStages = new Map<number, Promise<Stage>>();

/** Runs a case by every way in that it has. */
export async function runErrorCase(
  errorCase: Partial<ErrorCase>,
): Promise<{ readonly answers: readonly CaseAnswer[]; readonly app: TestApp; readonly token: string }> {
  const isOnItsOwn = errorCase.env !== undefined || errorCase.arrange !== undefined;
  const { deadlineMs = usualDeadlineMs } = errorCase;
  const { app, stripe, ...stage } = await (isOnItsOwn
    ? createStage(await errorCase.env?.(), deadlineMs)
    : getSharedStage(deadlineMs));
  stripe.answerBy(errorCase.stripe ?? sendJson(200, session));
  await errorCase.arrange?.(app);
  const token = errorCase.token === undefined ? stage.token : await errorCase.token?.(app);
  const answers = await Promise.all(createRequests(app, errorCase, token));
  return { answers, app, token: token ?? stage.token };
}

function getSharedStage(deadlineMs: number): Promise<Stage> {
  const stage = sharedStages.get(deadlineMs) ?? createStage({}, deadlineMs);
  sharedStages.set(deadlineMs, stage);
  return stage;
}

export async function createStage(env: Environment = {}, stripeDeadlineMs = usualDeadlineMs): Promise<Stage> {
  const stripe = await startFaultyStripe();
  const app = await createTestApp(
    {
      STRIPE_API_URL: stripe.url,
      STRIPE_SECRET_KEY: planted.stripeKey,
      JWT_SECRET: planted.jwtSecret,
      ...env,
    },
    { stripeDeadlineMs },
  );
  await app.link(planted.userId, 'cus_1');
  const token =
    app.config.auth.keySource.kind === 'secret'
      ? await app.createToken({ userId: planted.userId, email: planted.email })
      : '';
  return { app, stripe, token };
}

function createRequests(
  app: TestApp,
  { input = { returnUrl }, graphql }: Partial<ErrorCase>,
  token: string | undefined,
): Promise<CaseAnswer>[] {
  const send = async (wayIn: CaseAnswer['wayIn'], path: string, body?: object): Promise<CaseAnswer> => {
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await app.fetch(path, { token, ...(body === undefined ? {} : post) });
    return { wayIn, status: response.status, headers: response.headers, text: await response.text() };
  };
  if (graphql !== undefined) return [send('GraphQL', '/graphql', graphql)];
  const { flow, ...query } = input;
  const requests = [
    send('GraphQL', '/graphql', { query: openSession, variables: input }),
    send('POST', '/api/billing-portal', input),
  ];
  return flow === undefined
    ? [...requests, send('GET', `/billing-portal?${new URLSearchParams(query).toString()}`)]
    : requests;
}

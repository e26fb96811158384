import Stripe from 'stripe';
import { type App, type AppOverrides, createApp } from '../../src/app.ts';
import { type TokenRequest, createToken } from '../../src/auth/token-issuer.ts';
import { type Config, loadConfig } from '../../src/config/config.ts';
import type { Environment } from '../../src/config/environment.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { type LocalStripe, createLocalStripe } from '../../packages/local-stripe/src/local-stripe.ts';
import type { TypedDocumentString } from '../generated/graphql.ts';
import { closeAfterTests } from './closing.ts';
import { type GraphqlAnswer, readGraphqlAnswer } from './graphql-answer.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

/** A running service with a store of its own, and the ways in that tests need. */
export interface TestApp {
  readonly url: string;
  readonly config: Config;
  /** Every line that the service logged, as it was written. */
  readonly logs: readonly string[];
  /** The local Stripe that it talks to, unless the test gave another. */
  readonly stripe: LocalStripe;
  /** The SDK on that Stripe: for arranging, and for seeing what became of it. */
  readonly sdk: Stripe;
  link(userId: string, stripeCustomerId: string): Promise<void>;
  createToken(request: TokenRequest): Promise<string>;
  /** Sends a generated document to `/graphql`. */
  execute<Data, Variables>(operation: Operation<Data, Variables>): Promise<GraphqlAnswer<Data>>;
  /** Sends anything to any route. */
  fetch(path: string, request?: TestRequest): Promise<Response>;
}

export interface TestRequest extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string | undefined;
}

export interface Operation<Data, Variables> {
  readonly document: TypedDocumentString<Data, Variables>;
  readonly variables?: Variables;
  readonly token?: string;
}

export const returnUrl = 'https://app.example.com/account';

/** Starts a service on a free port, with variables of the test's choosing; it is stopped after the last test. */
export async function createTestApp(env: Environment = {}, overrides: AppOverrides = {}): Promise<TestApp> {
  const stripe = createLocalStripe();
  await stripe.start();
  closeAfterTests(() => stripe.stop());
  const config = loadConfig({
    NODE_ENV: 'test',
    PORT: '0',
    DATABASE_URL: `sqlite:${createTemporaryFolder()}/billing.db`,
    STRIPE_SECRET_KEY: 'sk_test_integration',
    STRIPE_API_URL: stripe.url,
    JWT_SECRET: 'a secret for the integration tests only',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    RETURN_URLS: 'https://app.example.com',
    RATE_LIMIT: 'off',
    ...env,
  });
  const logs: string[] = [];
  const logger = createLogger(config.logLevel, { write: (line) => logs.push(line) });
  const app = await createApp(config, { logger, ...overrides });
  const url = await start(app);
  return { url, config, logs, stripe, sdk: createSdk(stripe.url), ...createWaysIn(url, config) };
}

async function start(app: App): Promise<string> {
  closeAfterTests(() => app.stop());
  return app.start();
}

function createSdk(url: string): Stripe {
  const { hostname: host, port } = new URL(url);
  return new Stripe('sk_test_arranging', {
    host,
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
  });
}

function createWaysIn(
  url: string,
  config: Config,
): Pick<TestApp, 'createToken' | 'execute' | 'fetch' | 'link'> {
  const send: TestApp['fetch'] = (path, { token, headers, ...request } = {}) =>
    fetch(url + path, {
      redirect: 'manual',
      ...request,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    });
  return {
    fetch: send,
    createToken: (request) => createToken(config.auth, request),
    execute: async ({ document, variables, token }) => {
      const body = JSON.stringify({ query: document.toString(), variables });
      const headers = { 'content-type': 'application/json' };
      const response = await send('/graphql', { method: 'POST', headers, body, token });
      return readGraphqlAnswer(response, body);
    },
    link: async (userId, stripeCustomerId) => {
      const database = await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope });
      await database.customers.link({ userId, stripeCustomerId });
      await database.close();
    },
  };
}

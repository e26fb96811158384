import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { findFreePort } from '../../test/helpers/server-process.ts';
import { nameCustomer, nameUser } from '../baselines/customers.ts';
import { isSessionOf, returnUrl } from '../expected.ts';
import { fileOfProgram, root, serviceFiles } from './build.ts';
import type { Asked, LoadRequest } from './load.ts';
import type { Program } from './measured-process.ts';

/** Something that opens sessions: a program, and how it is asked. */
export interface Target {
  readonly name: string;
  readonly title: string;
  readonly program: Program;
  readonly asked: Asked;
}

export interface TargetOptions {
  readonly stubPort: number;
  readonly users: number;
  /** The service's store; the baselines keep their customers in a `Map`. */
  readonly databaseUrl: string;
  /** Where the service's log is written. */
  readonly folder: string;
}

/** As long as a real key, whose length is part of every request. */
const stripeKey = `sk_test_${'51Bench'.repeat(14)}`;
export const webhookSecret = 'whsec_benchmarks_only_0123456789';
const issuer = 'https://login.example.com/';
const audience = 'billing';
const secret = randomBytes(48).toString('base64url');

/** Far apart from each other, so that no neighbour's page is warm. */
const userStep = 7_919;

function createRequests(
  users: number,
  create: (userId: string) => Omit<LoadRequest, 'customer'>,
): LoadRequest[] {
  return Array.from({ length: users }, (_, place) => {
    const index = (place * userStep) % users;
    return { ...create(nameUser(index)), customer: nameCustomer(index) };
  });
}

const json = { 'content-type': 'application/json' };
const hasSession: Asked['isRight'] = (answer, customer) =>
  isSessionOf((JSON.parse(answer) as { url?: unknown }).url, customer);

const hasGraphqlSession: Asked['isRight'] = (answer, customer) => {
  const { data } = JSON.parse(answer) as { data?: { createBillingPortalSession?: { url?: unknown } } };
  return isSessionOf(data?.createBillingPortalSession?.url, customer);
};

/** The stub itself, asked directly. */
export function askStub(port: number, users: number): Asked {
  const headers = {
    authorization: `Bearer ${stripeKey}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const requests = Array.from({ length: users }, (_, index) => {
    const customer = nameCustomer(index);
    return { headers, body: `customer=${customer}&return_url=${encodeURIComponent(returnUrl)}`, customer };
  });
  return { port, path: '/v1/billing_portal/sessions', requests, isRight: hasSession };
}

export async function createTargets(options: TargetOptions): Promise<Target[]> {
  const body = (userId: string): object => ({ userId, returnUrl });
  return [
    await createBaseline('raw', 'raw: node:http, undici', '/', body, hasSession, options),
    await createBaseline(
      'tutorial',
      'tutorial: Express, SDK, Map',
      '/create-portal-session',
      body,
      hasSession,
      options,
    ),
    await createBaseline(
      'apollo-express',
      'Apollo on Express, defaults',
      '/graphql',
      (userId) => ({ query: apolloQuery, variables: { userId, returnUrl } }),
      hasGraphqlSession,
      options,
    ),
    await createService(options),
  ];
}

const apolloQuery =
  'mutation($userId: ID!, $returnUrl: String!) { createBillingPortalSession(userId: $userId, returnUrl: $returnUrl) { url } }';
const serviceQuery =
  'mutation($returnUrl: String!) { createBillingPortalSession(returnUrl: $returnUrl) { url } }';

async function createBaseline(
  name: string,
  title: string,
  path: string,
  body: (userId: string) => object,
  isRight: Asked['isRight'],
  { stubPort, users }: TargetOptions,
): Promise<Target> {
  const port = await findFreePort();
  const env = {
    PORT: String(port),
    STRIPE_API_URL: `http://127.0.0.1:${stubPort}`,
    STRIPE_SECRET_KEY: stripeKey,
    BENCH_USERS: String(users),
  };
  const requests = createRequests(users, (userId) => ({ headers: json, body: JSON.stringify(body(userId)) }));
  return {
    name,
    title,
    program: { command: process.execPath, args: [fileOfProgram(name)], port, core: 'server', env },
    asked: { port, path, requests, isRight },
  };
}

/** The service in production, with every feature on. */
export async function createService({
  stubPort,
  users,
  databaseUrl,
  folder,
}: TargetOptions): Promise<Target> {
  const port = await findFreePort();
  const metricsPort = await findFreePort();
  const env = createServiceEnvironment({ port, metricsPort, stubPort, databaseUrl });
  const body = JSON.stringify({ query: serviceQuery, variables: { returnUrl } });
  const requests = createRequests(users, (userId) => ({
    headers: { ...json, authorization: `Bearer ${createToken(userId)}` },
    body,
  }));
  const log = join(folder, 'service.log');
  return {
    name: 'service',
    title: 'this service, in production',
    program: { command: process.execPath, args: [serviceFiles.bundle], port, core: 'server', log, env },
    asked: { port, path: '/graphql', requests, isRight: hasGraphqlSession },
  };
}

export interface ServiceEnvironmentOptions {
  readonly port: number;
  readonly metricsPort: number;
  readonly stubPort: number;
  readonly databaseUrl: string;
}

export function createServiceEnvironment(options: ServiceEnvironmentOptions): Record<string, string> {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(options.port),
    METRICS_PORT: String(options.metricsPort),
    DATABASE_URL: options.databaseUrl,
    STRIPE_SECRET_KEY: stripeKey,
    STRIPE_API_URL: `http://127.0.0.1:${options.stubPort}`,
    STRIPE_WEBHOOK_SECRETS: webhookSecret,
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    JWT_SECRET: secret,
    RETURN_URLS: `https://www.example.com,${new URL(returnUrl).origin}`,
    PORTAL_POLICIES: join(root, 'bench/policies.yaml'),
    POLICY_NAMESPACE: 'bench',
    CORS_ORIGINS: new URL(returnUrl).origin,
    // Counts every request, and is so high that it refuses none.
    RATE_LIMIT: '1000000/1m',
    LOG_LEVEL: 'info',
  };
}

/** With the claims that identity providers send: a token's length is part of what it costs to check it. */
export function createToken(userId: string): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: audience, sub: userId, iat, exp: iat + 12 * 3600 };
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { ...claims, scope: 'openid profile email', roles: ['member'] };
  const text = `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${encode(payload)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

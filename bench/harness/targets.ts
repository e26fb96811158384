import { join } from 'node:path';
import { nameCustomer, nameUser } from '../baselines/customers.ts';
import { isSessionOf, returnUrl } from '../expected.ts';
import { fileOfProgram, serviceFiles } from './build.ts';
import type { Asked, LoadRequest } from './load.ts';
import type { Program } from './measured-process.ts';
import { createServiceEnvironment, stripeKey } from './service-environment.ts';
import type { TokenIssuer } from './tokens.ts';

export const targetNames = ['raw', 'tutorial', 'tutorial-mongoose', 'apollo-express', 'service'] as const;
export type TargetName = (typeof targetNames)[number];

/** Something that opens sessions: a program, and how it is asked. */
export interface Target {
  readonly title: string;
  readonly program: Program;
  readonly asked: Asked;
}

/** What the targets have in common. */
export interface Surroundings {
  readonly stubPort: number;
  readonly metricsPort: number;
  readonly users: number;
  readonly issuer: TokenIssuer;
  /** A folder for what the run leaves behind. */
  readonly folder: string;
  readonly serviceDatabaseUrl: string;
  /** Another build of the service than the one of production. */
  readonly serviceFile?: string;
  /** Null where there is no MongoDB server. */
  readonly mongoUrl: string | null;
}

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

/** The stub itself, asked without anybody in between. */
export function askStub({ stubPort, users }: Pick<Surroundings, 'stubPort' | 'users'>): Asked {
  const headers = {
    authorization: `Bearer ${stripeKey}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const requests = Array.from({ length: users }, (_, index) => {
    const customer = nameCustomer(index);
    return { headers, body: `customer=${customer}&return_url=${encodeURIComponent(returnUrl)}`, customer };
  });
  return { port: stubPort, path: '/v1/billing_portal/sessions', requests, isRight: hasSession };
}

export function createTarget(name: TargetName, port: number, surroundings: Surroundings): Target | null {
  switch (name) {
    case 'raw':
      return createBaseline('raw: node:http, undici', name, port, surroundings);
    case 'tutorial':
      return createBaseline('tutorial: Express, SDK, Map', name, port, surroundings);
    case 'tutorial-mongoose':
      return surroundings.mongoUrl === null
        ? null
        : createBaseline('tutorial with mongoose', name, port, surroundings);
    case 'apollo-express':
      return createApollo(port, surroundings);
    case 'service':
      return createService(port, surroundings);
  }
}

function createBaselineProgram(name: TargetName, port: number, surroundings: Surroundings): Program {
  return {
    command: process.execPath,
    args: [fileOfProgram(name)],
    port,
    core: 'server',
    env: {
      PORT: String(port),
      STRIPE_API_URL: `http://127.0.0.1:${surroundings.stubPort}`,
      STRIPE_SECRET_KEY: stripeKey,
      BENCH_USERS: String(surroundings.users),
      ...(surroundings.mongoUrl === null ? {} : { DATABASE_URL: surroundings.mongoUrl }),
    },
  };
}

function createBaseline(title: string, name: TargetName, port: number, surroundings: Surroundings): Target {
  const requests = createRequests(surroundings.users, (userId) => ({
    headers: json,
    body: JSON.stringify({ userId, returnUrl }),
  }));
  return {
    title,
    program: createBaselineProgram(name, port, surroundings),
    asked: { port, path: name === 'raw' ? '/' : '/create-portal-session', requests, isRight: hasSession },
  };
}

function createApollo(port: number, surroundings: Surroundings): Target {
  const query =
    'mutation($userId: ID!, $returnUrl: String!) { createBillingPortalSession(userId: $userId, returnUrl: $returnUrl) { url } }';
  const requests = createRequests(surroundings.users, (userId) => ({
    headers: json,
    body: JSON.stringify({ query, variables: { userId, returnUrl } }),
  }));
  return {
    title: 'Apollo on Express, defaults',
    program: createBaselineProgram('apollo-express', port, surroundings),
    asked: { port, path: '/graphql', requests, isRight: hasGraphqlSession },
  };
}

function createService(port: number, surroundings: Surroundings): Target {
  const { issuer, folder, serviceFile = serviceFiles.bundle } = surroundings;
  return {
    title: 'this service, in production',
    program: createServiceProgram(serviceFile, port, surroundings, join(folder, 'service.log')),
    asked: askService(port, surroundings.users, issuer),
  };
}

export function createServiceProgram(
  file: string,
  port: number,
  { stubPort, metricsPort, issuer, serviceDatabaseUrl: databaseUrl }: Surroundings,
  log: string,
): Program {
  const env = createServiceEnvironment({ port, metricsPort, stubPort, databaseUrl, tokens: issuer.env });
  return { command: process.execPath, args: [file], port, core: 'server', log, env };
}

export function askService(port: number, users: number, issuer: TokenIssuer): Asked {
  const query = 'mutation($returnUrl: String!) { createBillingPortalSession(returnUrl: $returnUrl) { url } }';
  const body = JSON.stringify({ query, variables: { returnUrl } });
  const requests = createRequests(users, (userId) => ({
    headers: { ...json, authorization: `Bearer ${issuer.createToken(userId)}` },
    body,
  }));
  return { port, path: '/graphql', requests, isRight: hasGraphqlSession };
}

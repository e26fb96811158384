// The OpenAPI description of the REST routes, made from their zod schemas, the table of error codes and the descriptions in
// schema.graphql. scripts/write-docs.ts writes it.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { type GraphQLSchema, buildSchema, getNamedType, isInputObjectType } from 'graphql';
import { z } from 'zod';
import { linkPath } from '../src/email-links/email-link-register.ts';
import { sessionBody, sessionQuery } from '../src/portal/billing-portal.routes.ts';
import { taskRefusals } from '../src/portal/flow-limits.ts';
import { errorStatuses } from '../src/shared/errors.ts';
import { webhookPath } from '../src/webhooks/webhook-event.ts';

interface JsonSchema {
  description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

interface Described {
  readonly name: string;
  readonly type: unknown;
  readonly description?: string | null | undefined;
}

/** The status of what is refused before it reaches a route. */
const unreadable = [408, 413, 414, 415, 431];

export function createOpenApi(version: string): object {
  const session = getSessionArguments();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Billing portal',
      version,
      description: "Reaches Stripe's hosted Billing Portal without GraphQL, by the same rules.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://localhost:4000' }],
    paths: {
      '/api/billing-portal': { post: describePost(session) },
      '/billing-portal': { get: describeRedirect(session) },
      [`${linkPath}/{token}`]: describeEmailLink(),
      [webhookPath]: { post: describeWebhook() },
      '/healthz': { get: describeProbe('checkHealth', 'Whether the process runs.', {}) },
      '/readyz': {
        get: describeProbe('checkReadiness', 'Whether requests should be sent here.', {
          503: { description: 'The store does not answer, or the service stops.' },
        }),
      },
    },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: "The user's token." },
      },
      schemas: { Error: describeError() },
    },
  };
}

function describePost(session: readonly Described[]): object {
  return {
    operationId: 'createBillingPortalSession',
    summary: "Opens the portal for the caller's customer.",
    security: [{ token: [] }],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: describe(toJsonSchema(sessionBody), session) } },
    },
    responses: {
      200: {
        description: 'Send the browser to the URL. It is a credential: do not store it, log it or reuse it.',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['url'],
              properties: { url: { type: 'string', format: 'uri' } },
            },
          },
        },
      },
      ...describeFailures(),
    },
  };
}

function describeRedirect(session: readonly Described[]): object {
  return {
    operationId: 'redirectToBillingPortal',
    summary: "Redirects the browser to the portal of the caller's customer.",
    security: [{ token: [] }],
    parameters: listParameters(describe(toJsonSchema(sessionQuery), session)),
    responses: {
      303: {
        description: 'To the portal.',
        headers: { location: { required: true, schema: { type: 'string', format: 'uri' } } },
      },
      ...describeFailures(),
    },
  };
}

function describeEmailLink(): object {
  const token = { name: 'token', in: 'path', required: true, schema: { type: 'string' } };
  const page = { 'text/html': { schema: { type: 'string' } } };
  const refusals = Object.fromEntries(
    [400, 403, 404, 409, 410, 413, 429, 500, 502, 503].map((status) => [
      status,
      { description: 'A page that says why, and what to do.', content: page },
    ]),
  );
  return {
    parameters: [token],
    get: {
      operationId: 'showEmailLink',
      summary: 'Shows the page of an e-mail link, with a button.',
      responses: { 200: { description: 'The page.', content: page }, ...refusals },
    },
    post: {
      operationId: 'openEmailLink',
      summary: 'Uses an e-mail link, and redirects to the portal.',
      responses: { 303: { description: 'To the portal.' }, ...refusals },
    },
  };
}

function describeWebhook(): object {
  const error = { 'application/json': { schema: { type: 'object', required: ['error', 'code'] } } };
  return {
    operationId: 'receiveStripeEvent',
    summary: "Receives Stripe's events, signed as Stripe signs them.",
    parameters: [{ name: 'stripe-signature', in: 'header', required: true, schema: { type: 'string' } }],
    requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
    responses: {
      200: { description: 'The event was handled, or is ignored.' },
      400: { description: 'The signature or the body is refused.', content: error },
      413: { description: 'The body is too large.', content: error },
      429: { description: 'Too many refused deliveries.', content: error },
      503: { description: 'It failed; Stripe sends the event again.', content: error },
    },
  };
}

function describeProbe(operationId: string, summary: string, failures: object): object {
  return { operationId, summary, responses: { 200: { description: 'Yes.' }, ...failures } };
}

/** The responses of failures, with the codes that each status may have. */
function describeFailures(): object {
  const codes = new Map<number, string[]>();
  const add = (status: number, text: string): Map<number, string[]> =>
    codes.set(status, [...(codes.get(status) ?? []), text]);
  for (const [code, { rest, when }] of Object.entries(errorStatuses)) add(rest, `\`${code}\`: ${when}.`);
  for (const status of unreadable) add(status, '`BAD_USER_INPUT`: the request cannot be read.');
  add(500, '`INTERNAL_SERVER_ERROR`: anything else went wrong.');
  add(503, '`OVERLOADED`: too many requests are open; try again after `retryAfter` seconds.');
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  return Object.fromEntries(
    [...codes].map(([status, texts]) => [status, { description: texts.join('\n\n'), content }]),
  );
}

function describeError(): object {
  const others = ['OVERLOADED', 'INTERNAL_SERVER_ERROR', 'NOT_FOUND', 'METHOD_NOT_ALLOWED'];
  return {
    type: 'object',
    required: ['error', 'code'],
    properties: {
      error: { type: 'string', description: 'What is wrong and what to do, for developers.' },
      code: { enum: [...Object.keys(errorStatuses), ...others] },
      retryAfter: { type: 'integer', description: 'Seconds after which to try again.' },
      reason: { enum: Object.keys(taskRefusals), description: 'Why a deep link is refused.' },
      signUpUrl: { type: 'string', format: 'uri', description: 'Where a user without a customer can buy.' },
    },
  };
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...own } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema & { $schema?: string };
  return own;
}

function getSessionArguments(): readonly Described[] {
  const schema: GraphQLSchema = buildSchema(readFileSync('schema.graphql', 'utf8'));
  return schema.getMutationType()?.getFields()['createBillingPortalSession']?.args ?? [];
}

/** Gives the members of an object the descriptions of the GraphQL fields with their names. */
function describe(schema: JsonSchema, fields: readonly Described[]): JsonSchema {
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const field = fields.find((each) => each.name === name);
    if (field === undefined) throw new Error(`GraphQL has no ${name}`);
    if (typeof field.description === 'string') member.description = field.description;
    const type = getNamedType(field.type as Parameters<typeof getNamedType>[0]);
    if (isInputObjectType(type)) describe(member, Object.values(type.getFields()));
  }
  return schema;
}

/** A query has no objects: `flow[type]`. */
function listParameters(schema: JsonSchema, prefix = ''): object[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const name = prefix === '' ? key : `${prefix}[${key}]`;
    if (member.properties !== undefined) return listParameters(member, name);
    const { description, ...own } = member;
    const required = prefix === '' && (schema.required ?? []).includes(key);
    return [{ name, in: 'query', required, description, schema: own }];
  });
}

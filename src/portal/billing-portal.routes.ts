import type { FastifyInstance } from 'fastify';
import { parse } from 'qs';
import * as z from 'zod';
import { requireRole } from '../auth/claims.ts';
import { type FeatureName, featureNames } from '../configurations/configuration-features.schema.ts';
import { toInputName } from '../configurations/configuration.schema.ts';
import { getCaller } from '../graphql/context.ts';
import { BadUserInputError } from '../shared/errors.ts';
import { FlowCompletionType, PortalFlowType } from './portal-flow.types.ts';
import type { PortalSessions } from './portal-sessions.service.ts';

/** The main job without GraphQL, by the same rules. @param requiredRole the role that every caller needs; null for none */
export function addBillingPortalRoutes(
  server: FastifyInstance,
  sessions: PortalSessions,
  requiredRole: string | null,
): void {
  server.addHook('onRequest', (request, _reply, done) => {
    requireRole(getCaller(request), requiredRole);
    done();
  });

  server.post('/api/billing-portal', async (request) => {
    const { url } = await sessions.create(getCaller(request), readSessionRequest(request.body));
    return { url };
  });

  // HEAD must be safe, and opening a session is not.
  server.get('/billing-portal', { exposeHeadRoute: false }, async (request, reply) => {
    const { url } = await sessions.create(getCaller(request), readRedirectRequest(request.query));
    return reply.redirect(url, 303);
  });
}

/** The names of an enum as GraphQL clients write them, read as its values. */
function namesOf<T extends Record<string, string>>(values: T) {
  const names = Object.keys(values) as [keyof T & string];
  return z.enum(names, { error: `expected one of ${names.join(', ')}` }).transform((name) => values[name]);
}

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

function createSessionRequest<B extends z.ZodType<boolean>, I extends z.ZodType<number>>(
  boolean: B,
  integer: I,
) {
  const afterCompletion = z.strictObject({
    type: namesOf(FlowCompletionType),
    returnUrl: z.string().optional(),
    message: z.string().optional(),
  });
  const flow = z.strictObject({
    type: namesOf(PortalFlowType),
    subscriptionId: z.string().optional(),
    priceId: z.string().optional(),
    quantity: integer.optional(),
    afterCompletion: afterCompletion.optional(),
  });
  const features = Object.fromEntries(featureNames.map((name) => [toInputName(name), boolean]));
  return z.strictObject({
    returnUrl: z.string({ error: 'is required: where the portal leads back to' }),
    locale: z.string().optional(),
    flow: flow.optional(),
    features: z
      .strictObject(features as Record<CamelCase<FeatureName>, B>)
      .partial()
      .optional(),
  });
}

/** A session as a JSON body describes it. docs/openapi.json is made from it. */
export const sessionBody = createSessionRequest(z.boolean(), z.int());

/** The same as a query, in which every value is text. */
export const sessionQuery = createSessionRequest(
  z.enum(['true', 'false'], { error: 'expected true or false' }).transform((word) => word === 'true'),
  z
    .string()
    .regex(/^\d{1,9}$/, 'expected a number')
    .transform(Number),
);

type SessionRequest = z.infer<typeof sessionBody>;
export type SessionInput = z.input<typeof sessionBody>;

export function readSessionRequest(body: unknown): SessionRequest {
  return read(sessionBody, body);
}

/** Reads `flow[type]=SUBSCRIPTION_CANCEL`, or `flow=SUBSCRIPTION_CANCEL`. A token in it is refused as an unknown field. */
function readRedirectRequest(query: unknown): SessionRequest {
  const text = query as Record<string, string>;
  // qs drops such a name without a word, and an unknown field is refused.
  if (Object.keys(text).some((name) => name.includes('__proto__')))
    throw new BadUserInputError('__proto__ is not a field of this request.');
  const fields = parse({ ...text }, { depth: 2, plainObjects: true });
  const { flow } = fields;
  return read(sessionQuery, typeof flow === 'string' ? { ...fields, flow: { type: flow } } : fields);
}

function read<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new BadUserInputError([issue?.path.join('.'), issue?.message].filter(Boolean).join(': '));
}

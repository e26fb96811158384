import { parse } from 'qs';
import { z } from 'zod';
import { type FeatureName, featureNames } from '../configurations/configuration-features.schema.ts';
import { toInputName } from '../configurations/input-path.ts';
import { BadUserInputError } from '../shared/errors.ts';
import { FlowCompletionType, PortalFlowType } from './portal-flow.ts';

/** The names of an enum as GraphQL clients write them, read as its values. */
function namesOf<T extends Record<string, string>>(values: T) {
  const names = Object.keys(values) as [keyof T & string];
  return z.enum(names, { error: `expected one of ${names.join(', ')}` }).transform((name) => values[name]);
}

const json = { boolean: z.boolean(), integer: z.int() };

const text = {
  boolean: z
    .enum(['true', 'false'], { error: 'expected true or false' })
    .transform((word) => word === 'true'),
  integer: z
    .string()
    .regex(/^\d{1,9}$/, 'expected a number')
    .transform(Number),
};

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** A session as a body describes it, or a query, in which every value is text. */
function createSessionRequest<B extends z.ZodType<boolean>, I extends z.ZodType<number>>({
  boolean,
  integer,
}: {
  readonly boolean: B;
  readonly integer: I;
}) {
  const flow = z.strictObject({
    type: namesOf(PortalFlowType),
    subscriptionId: z.string().optional(),
    priceId: z.string().optional(),
    quantity: integer.optional(),
    afterCompletion: z
      .strictObject({
        type: namesOf(FlowCompletionType),
        returnUrl: z.string().optional(),
        message: z.string().optional(),
      })
      .optional(),
  });
  const features = z
    .strictObject(
      Object.fromEntries(featureNames.map((name) => [toInputName(name), boolean])) as Record<
        CamelCase<FeatureName>,
        B
      >,
    )
    .partial();
  return z.strictObject({
    returnUrl: z.string({ error: 'is required: where the portal leads back to' }),
    locale: z.string().optional(),
    flow: flow.optional(),
    features: features.optional(),
  });
}

/** A session as a JSON body describes it. docs/openapi.json is made from it. */
export const sessionBody = createSessionRequest(json);
/** The same as a query. */
export const sessionQuery = createSessionRequest(text);

export type SessionRequest = z.infer<typeof sessionBody>;
/** A session as clients of REST describe it. */
export type SessionInput = z.input<typeof sessionBody>;

/** Reads the body of a POST. @throws BadUserInputError naming the field */
export function readSessionRequest(body: unknown): SessionRequest {
  return read(sessionBody, body);
}

/**
 * Reads a query: `flow[type]=SUBSCRIPTION_CANCEL`, or `flow=SUBSCRIPTION_CANCEL` for short. A token in it is refused
 * as an unknown field.
 * @throws BadUserInputError naming the field
 */
export function readRedirectRequest(query: unknown): SessionRequest {
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

import { z } from 'zod';
import { BadUserInputError } from '../errors.ts';
import { FlowCompletionType, PortalFlowType } from '../portal/portal-flow.ts';

/** The names of an enum as GraphQL clients write them, read as its values. */
function namesOf<T extends Record<string, string>>(values: T) {
  const names = Object.keys(values) as [keyof T & string];
  return z.enum(names, { error: `expected one of ${names.join(', ')}` }).transform((name) => values[name]);
}

const flow = z.strictObject({
  type: namesOf(PortalFlowType),
  subscriptionId: z.string().optional(),
  priceId: z.string().optional(),
  quantity: z.int().optional(),
  afterCompletion: z
    .strictObject({
      type: namesOf(FlowCompletionType),
      returnUrl: z.string().optional(),
      message: z.string().optional(),
    })
    .optional(),
});

const features = z
  .strictObject({
    customerUpdate: z.boolean(),
    invoiceHistory: z.boolean(),
    paymentMethodUpdate: z.boolean(),
    subscriptionCancel: z.boolean(),
    subscriptionPause: z.boolean(),
    subscriptionUpdate: z.boolean(),
  })
  .partial();

const redirectRequest = z.strictObject({
  returnUrl: z.string({ error: 'is required: where the portal leads back to' }),
  locale: z.string().optional(),
});

const sessionRequest = redirectRequest.extend({ flow: flow.optional(), features: features.optional() });

export type RedirectRequest = z.infer<typeof redirectRequest>;
export type SessionRequest = z.infer<typeof sessionRequest>;

/** Reads the body of a POST. @throws BadUserInputError naming the field */
export function readSessionRequest(body: unknown): SessionRequest {
  return read(sessionRequest, body);
}

/** Reads a query string. A token in it is an unknown field like any other. @throws BadUserInputError naming the field */
export function readRedirectRequest(query: unknown): RedirectRequest {
  return read(redirectRequest, query);
}

function read<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new BadUserInputError([issue?.path.join('.'), issue?.message].filter(Boolean).join(': '));
}

import Stripe from 'stripe';
import { z } from 'zod';
import { answerShapes } from './answer-shapes.ts';

/** Stripe's own messages are far shorter. They are matched against patterns and logged. */
const longestText = 2_000;

/**
 * Parses a response for the SDK, which accepts any JSON: a number would crash the process, and an error status without an
 * error object would count as success. Here the status decides, even when a gateway wrote the body.
 * @throws SyntaxError, TypeError for a success that is not a JSON object
 */
export function readAnswer(status: number, text: string): object {
  const answer = status < 400 ? parseObject(text) : tryParseObject(text);
  if (status < 400 && !answer['error']) return answer;
  return { error: readError(answer['error']) };
}

function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new TypeError("Stripe's answer is not an object");
  return value as Record<string, unknown>;
}

function tryParseObject(text: string): Record<string, unknown> {
  try {
    return parseObject(text);
  } catch {
    return {};
  }
}

/** Keeps only the string members of an error: this service reads no others. */
function readError(error: unknown): object {
  const members = typeof error === 'object' && error !== null ? Object.entries(error) : [];
  const texts = members.flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value.slice(0, longestText)] as const] : [],
  );
  return { type: 'api_error', message: "Stripe's answer has no error message", ...Object.fromEntries(texts) };
}

const named = z.looseObject({ object: z.string() });

/**
 * Checks a response, and every item of a list, against the shape of its `object`.
 * @throws StripeAPIError, as the SDK does for a body that is not JSON
 */
export function requireShape<T>(answer: T): T {
  const { data: known } = named.safeParse(answer);
  if (known === undefined) throw createShapeError('has no "object"');
  const issue = answerShapes.get(known.object)?.safeParse(answer).error?.issues[0];
  if (issue !== undefined) throw createShapeError(`is not a valid ${known.object}: ${issue.path.join('.')}`);
  if (Array.isArray(known['data'])) known['data'].forEach(requireShape);
  return answer;
}

function createShapeError(what: string): Stripe.errors.StripeAPIError {
  return new Stripe.errors.StripeAPIError({ type: 'api_error', message: `Stripe's answer ${what}` });
}

import { readFileSync } from 'node:fs';
import { stringify } from 'qs';
import { type StripeRequests, seedDemoData } from '../demo-data.ts';

/** One request of a fixture file. */
interface Fixture {
  readonly name: string;
  readonly path: string;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Fills the local Stripe at this URL. */
type Seed = (url: string) => Promise<void>;

/**
 * Reads what a local Stripe starts with: the demo's data, or a fixture file as `stripe fixtures` takes it.
 * @throws Error with a message for the user
 */
export function readSeed(source: string): Seed {
  if (source === 'demo')
    return async (url) => {
      await seedDemoData(createRequests(url));
    };
  const fixtures = readFixtures(source);
  return (url) => runFixtures(createRequests(url), fixtures);
}

/** A client without the SDK, so that the command needs no further package. */
function createRequests(url: string): StripeRequests {
  return {
    async rawRequest(method, path, params) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: 'Bearer sk_test_local',
          'content-type': 'application/x-www-form-urlencoded',
        },
        ...(params && method !== 'GET' ? { body: stringify(params) } : {}),
      });
      const body = (await response.json()) as { readonly error?: { readonly message: string } };
      if (body.error) throw new Error(`${method} ${path}: ${body.error.message}`);
      return body;
    },
  };
}

function readFixtures(path: string): readonly Fixture[] {
  const text = readText(path);
  const { fixtures } = (parseJson(text) ?? {}) as { readonly fixtures?: unknown };
  if (Array.isArray(fixtures) && fixtures.every(isFixture)) return fixtures;
  throw new Error(
    `${path} is no fixture file: it needs a list "fixtures", each with name, path and method. See https://docs.stripe.com/cli/fixtures.`,
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new Error(`${path} cannot be read (${code}). --seed takes "demo" or a fixture file.`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isFixture(value: unknown): value is Fixture {
  const { name, path, method } = (value ?? {}) as Record<string, unknown>;
  return [name, path, method].every((member) => typeof member === 'string');
}

/** Sends the requests in order. `${name:path}` in a later one is a value of an earlier answer. */
async function runFixtures(stripe: StripeRequests, fixtures: readonly Fixture[]): Promise<void> {
  const answers: Record<string, unknown> = {};
  for (const { name, path, method, params } of fixtures) {
    const insert = (text: string): string =>
      text.replace(/\$\{(\w+):([\w.]+)\}/g, (reference, from: string, place: string) => {
        const value = place.split('.').reduce<unknown>(memberOf, answers[from]);
        if (typeof value === 'string' || typeof value === 'number') return String(value);
        throw new Error(`Fixture ${name}: ${reference} is not in an earlier answer.`);
      });
    const filled = JSON.parse(insert(JSON.stringify(params ?? {}))) as Record<string, unknown>;
    answers[name] = await stripe.rawRequest(method.toUpperCase(), insert(path), filled);
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : null;
}

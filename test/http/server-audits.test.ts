import { beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';

let app: TestApp;

beforeAll(async () => {
  app = await createTestApp({ NODE_ENV: 'development' });
});

/** By GET, Apollo Server wants a header that no page of another origin can send by itself. */
const fetchAsMeant: typeof fetch = (input, init) =>
  fetch(input, { ...init, headers: { ...(init?.headers as object), 'apollo-require-preflight': '1' } });

const audits = serverAudits({ url: () => `${app.url}/graphql`, fetchFn: fetchAsMeant });

/**
 * The audits of GraphQL over HTTP, https://graphql.github.io/graphql-over-http/draft/: what it demands is held. Of what
 * it recommends, one thing is not: 200 for an operation that is refused. Apollo Server says 400.
 */
describe('GraphQL over HTTP', () => {
  const seen: string[] = [];

  test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (name, audit) => {
    const result = await audit.fn();

    const reason = result.status === 'ok' ? '' : `: ${result.reason}`;
    seen.push(`${result.status.padEnd(6)} ${name}${reason}`);
    // An error is a MUST; a warning is a SHOULD, a notice a MAY.
    expect(`${result.status}${reason}`).not.toMatch(/^error/);
  });

  test('all audits have been made', () => {
    process.stdout.write(`${seen.join('\n')}\n`);
    expect(seen.length).toBeGreaterThan(60);
  });
});

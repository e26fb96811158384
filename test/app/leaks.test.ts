import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../src/database/open-database.ts';
import { EmailLinkRegister, toLinkId } from '../../src/email-links/email-link-register.ts';
import type { LoggedError } from '../../src/logging/logger.ts';
import {
  type CaseAnswer,
  type ErrorCode,
  type Stage,
  createStage,
  runErrorCase,
} from '../errors/error-case.ts';
import { errorCases } from '../errors/error-cases.ts';
import { expectNoSecrets, planted } from '../errors/planted.ts';
import { hang } from '../helpers/faulty-stripe.ts';
import { type TestApp, returnUrl } from '../helpers/test-app.ts';

/** What an operator is told of, as an error (50) or a warning (40). The rest are clients' mistakes. */
const logLevels: Partial<Record<ErrorCode, number>> = {
  CUSTOMER_AMBIGUOUS: 40,
  INTERNAL_SERVER_ERROR: 50,
  AUTH_UNAVAILABLE: 40,
  STRIPE_UNAVAILABLE: 40,
  STRIPE_RATE_LIMITED: 40,
  STRIPE_MISCONFIGURED: 40,
  PORTAL_NOT_CONFIGURED: 40,
  STORE_UNAVAILABLE: 40,
};

/** The place in the code that raised the error, where one is logged. */
const places: Partial<Record<ErrorCode, RegExp>> = {
  INTERNAL_SERVER_ERROR: /^database\/sqlite\/[\w.-]+:\d+$/,
  STRIPE_MISCONFIGURED: /^stripe\/[\w.-]+:\d+$/,
};

interface LogLine {
  readonly level: number;
  readonly requestId?: string;
  readonly msg: string;
  readonly error?: LoggedError;
}

/** What was logged of these requests, once the line is there that ends each. */
async function readLogs(app: TestApp, answers: readonly CaseAnswer[]): Promise<readonly LogLine[]> {
  const ids = answers.map(({ headers }) => headers.get('x-request-id') ?? 'none');
  for (;;) {
    const lines = app.logs
      .map((line) => JSON.parse(line) as LogLine)
      .filter(({ requestId }) => requestId !== undefined && ids.includes(requestId));
    if (lines.filter(({ msg }) => msg === 'request').length === ids.length) return lines;
    await sleep(5);
  }
}

describe('nothing secret is answered or logged, and what an operator should know is logged by request,', () => {
  test.each(errorCases)('when $when ($code)', async (errorCase) => {
    const { answers, app } = await runErrorCase(errorCase);
    const lines = await readLogs(app, answers);

    const address = app.config.stripe.apiUrl?.host;
    for (const { text, headers } of answers) expectNoSecrets(inspect([text, headers]), address);
    expectNoSecrets(app.logs.join(''), address);

    const expected = logLevels[errorCase.code];
    // A refused token is the caller's mistake: the operator may look for the reason, and is not warned.
    const reports = lines.filter(({ msg }) => msg !== 'request' && msg !== 'token refused');
    expect(reports.map(({ level }) => level)).toEqual(answers.flatMap(() => expected ?? []));
    if (expected !== undefined) {
      const ids = answers.map(({ headers }) => headers.get('x-request-id'));
      expect(reports.map(({ requestId }) => requestId).sort()).toEqual(ids.sort());
    }
    const place = places[errorCase.code];
    if (place !== undefined) expect(reports[0]?.error?.at).toMatch(place);
  });

  test('when all goes well: the answer alone holds the URL', async () => {
    const { answers, app } = await runErrorCase({});

    await readLogs(app, answers);
    expectNoSecrets(app.logs.join(''));
  });

  test('when the token is in the query string', async () => {
    const { app, token } = await runErrorCase({});
    const query = new URLSearchParams({ returnUrl, token, access_token: token, query: '{ __typename }' });

    for (const path of ['/billing-portal', '/graphql', '/nowhere']) {
      const response = await app.fetch(`${path}?${query.toString()}`);
      expect(await response.text()).not.toContain(token);
    }
    expectNoSecrets(app.logs.join(''));
  });
});

describe('the token of a link for an e-mail is neither answered nor logged,', () => {
  const token = `Planted${'a'.repeat(36)}`;
  const path = `/portal-links/${token}`;

  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage({}, 600);
    await addLink(stage.app);
  });

  /** A link of the user's, with this token. */
  async function addLink({ config }: TestApp): Promise<void> {
    const database = await openDatabase({ url: config.databaseUrl, scope: config.stripe.scope });
    const createdAt = new Date();
    await new EmailLinkRegister(database.records).add({
      id: toLinkId(token),
      userId: planted.userId,
      stripeCustomerId: 'cus_1',
      returnUrl,
      flow: null,
      singleUse: false,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + 60_000),
    });
    await database.close();
  }

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'])('when it is sent by %s', async (method) => {
    const { app } = await runErrorCase({});
    for (const suffix of ['', '?planted=1', '/Planted', '.Planted']) {
      const response = await app.fetch(path + suffix, { method, body: method === 'POST' ? 'Planted' : null });
      expectNoSecrets(inspect([await response.text(), response.headers]));
    }
    expectNoSecrets(app.logs.join(''));
  });

  test.each(errorCases.filter(({ code, stripe }) => code.startsWith('STRIPE_') && stripe !== undefined))(
    'nor anything else when $when ($code)',
    async ({ stripe }) => {
      const { app } = stage;
      stage.stripe.answerBy(stripe ?? hang);
      const response = await app.fetch(path, { method: 'POST' });

      expect(response.status).toBeGreaterThanOrEqual(500);
      const answer = inspect([await response.text(), response.headers]);
      for (const text of [answer, app.logs.join('')]) expectNoSecrets(text);
    },
  );
});

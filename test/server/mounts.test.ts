import { beforeAll, describe, expect, test } from '@jest/globals';
import { createBillingPortal } from '../../src/server/create-billing-portal.ts';
import { closeAfterTests } from '../helpers/closing.ts';
import { createTemporaryFolder } from '../helpers/temporary-folder.ts';
import { type SuiteRequest, createFiftyRequests, sendSuiteRequest } from './fifty-requests.ts';
import { createHostedFixture, startService } from './hosted-kit.ts';
import { mounts } from './mounts.ts';

const origins: Record<string, string> = {};
let requests: readonly SuiteRequest[];

beforeAll(async () => {
  const fixture = await createHostedFixture(createTemporaryFolder(), closeAfterTests);
  const { url, facts } = await startService(fixture, closeAfterTests);
  origins['service'] = url;
  requests = createFiftyRequests(facts);
  for (const [name, mount] of Object.entries(mounts)) {
    const billing = await createBillingPortal(fixture.env, { basePath: '/billing' });
    closeAfterTests(() => billing.close());
    origins[name] = await mount(billing);
  }
});

const titles = createFiftyRequests({
  user: '',
  stranger: '',
  admin: '',
  webhookSecret: '',
  linkToken: '',
}).map(({ title }, index) => `${index + 1}, ${title}`);

test('the suite has fifty requests', () => {
  expect(titles).toHaveLength(50);
});

describe.each(Object.keys(mounts))('the mount in %s', (name) => {
  test.each(titles.map((title, index) => [title, index] as const))(
    'answers request %s, as the service does',
    async (_title, index) => {
      const request = requests[index];
      if (request === undefined) throw new Error('No such request');
      const answer = await sendSuiteRequest(origins[name] ?? '', request);

      expect(answer).toEqual(await sendSuiteRequest(origins['service'] ?? '', request));
      expect(answer.status).toBe(request.status);
      expect(answer.body).toContain(request.says ?? '');
    },
  );
});

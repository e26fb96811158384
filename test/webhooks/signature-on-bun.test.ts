import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { secret, sign } from './webhook-kit.ts';

/** Verifies its argument with the build of Stripe's SDK that Bun gets. */
const program = `
  import { verifySignature } from ${JSON.stringify(import.meta.resolve('../../src/webhooks/verify-signature.ts'))};
  const { body, signature, secrets } = JSON.parse(process.argv[1]);
  console.log(await verifySignature({ body: Buffer.from(body), signature }, { secrets, now: new Date() }));
`;

test('a delivery is verified with the build of the SDK that Bun gets', async () => {
  const body = '{"id":"evt_1"}';
  const delivery = { body, signature: sign(body), secrets: ['whsec_another', secret] };
  const options = ['--conditions=bun', '--import', import.meta.resolve('tsx'), '--input-type=module'];

  const { stdout } = await promisify(execFile)(process.execPath, [
    ...options,
    '--eval',
    program,
    JSON.stringify(delivery),
  ]);

  expect(stdout.trim()).toBe(body);
});

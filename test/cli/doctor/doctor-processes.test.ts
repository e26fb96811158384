import { expect, test } from '@jest/globals';
import { startCli } from '../cli-process.ts';
import { createHealthyDeployment } from './doctor-kit.ts';

test('the process ends by itself, with its findings and nothing on stderr', async () => {
  const { env } = await createHealthyDeployment();
  // No machine has this address, which is for documentation.
  const faulty = { ...env, HOST: '192.0.2.1', JWT_AUDIENCE: '' };
  const { stdout, stderr, exitCode } = await startCli(['doctor', '--json'], faulty).result;
  const detail = expect.stringMatching(
    /^HOST is 192\.0\.2\.1: This machine has no address that HOST or METRICS_HOST names\./,
  );
  const finding = { name: 'addresses', outcome: 'fail', detail };
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    checks: expect.arrayContaining([expect.objectContaining(finding)]),
  });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 1 });
});

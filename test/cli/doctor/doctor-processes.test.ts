import { expect, test } from '@jest/globals';
import { startCli } from '../cli-process.ts';
import { createHealthyDeployment } from './doctor-kit.ts';

test('the process ends by itself, with its findings and nothing on stderr', async () => {
  const { env } = await createHealthyDeployment();
  const { stdout, stderr, exitCode } = await startCli(['doctor', '--json'], { ...env, JWT_AUDIENCE: '' })
    .result;
  expect(JSON.parse(stdout)).toMatchObject({ ok: false });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 1 });
});

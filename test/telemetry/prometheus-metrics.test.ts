import { expect, test } from '@jest/globals';
import { PrometheusMetrics } from '../../src/telemetry/prometheus-metrics.ts';

test('counts are whole whenever somebody looks', async () => {
  const metrics = new PrometheusMetrics();
  const read = async () =>
    /billing_portal_sessions_total\{.*\} (\d+)/.exec((await metrics.render()).text)?.[1];
  const seen: unknown[] = [];
  for (const more of [1, 1_200, 300]) {
    for (let session = 0; session < more; session += 1) metrics.sessionOpened('standard', 'OK');
    seen.push(await read());
  }
  expect(seen).toEqual(['1', '1201', '1501']);
});

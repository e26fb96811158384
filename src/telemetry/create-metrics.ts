import type { PrometheusMetrics } from './prometheus-metrics.ts';

/** Loads prom-client only when metrics are enabled, for a faster start. */
export async function createMetrics(): Promise<PrometheusMetrics> {
  const { PrometheusMetrics } = await import('./prometheus-metrics.ts');
  return new PrometheusMetrics();
}

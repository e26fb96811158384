import type { PrometheusMetrics } from './prometheus-metrics.ts';

/** Metrics for Prometheus. What keeps them is loaded only here, where they are asked for. */
export async function createMetrics(): Promise<PrometheusMetrics> {
  const { PrometheusMetrics } = await import('./prometheus-metrics.ts');
  return new PrometheusMetrics();
}

import type { AppOverrides } from '../../src/app.ts';
import type { Environment } from '../../src/config/environment.ts';
import { findFreePort } from '../helpers/server-process.ts';
import { type WebhookApp, createWebhookApp } from '../webhooks/webhook-kit.ts';

/** A service whose metrics are served. */
export interface WatchedApp extends WebhookApp {
  readonly metricsUrl: string;
  scrape(): Promise<Scrape>;
}

/** One answer of `/metrics`. */
export interface Scrape {
  readonly text: string;
  /** The names of all metrics, with those of a histogram's series. */
  readonly names: ReadonlySet<string>;
  /** The value of the only sample with this name and these labels; 0 without one. */
  readonly get: (name: string, labels?: Readonly<Record<string, string>>) => number;
  /** The names of the labels that a metric's samples have. */
  readonly listLabels: (name: string) => readonly string[];
}

export async function createWatchedApp(env: Environment = {}, overrides?: AppOverrides): Promise<WatchedApp> {
  const port = await findFreePort();
  const app = await createWebhookApp({ METRICS_PORT: String(port), ...env }, overrides);
  const metricsUrl = `http://127.0.0.1:${port}/metrics`;
  return { ...app, metricsUrl, scrape: async () => readMetrics(await (await fetch(metricsUrl)).text()) };
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function readMetrics(text: string): Scrape {
  const samples = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(readSample);
  const declared = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  return {
    text,
    names: new Set([...declared, ...samples.map(({ name }) => name)]),
    get: (name, labels = {}) => {
      const found = samples.filter(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      if (found.length > 1)
        throw new Error(`${name} has ${found.length} samples with ${JSON.stringify(labels)}`);
      return found[0]?.value ?? 0;
    },
    listLabels: (name) => [
      ...new Set(samples.flatMap((sample) => (sample.name === name ? Object.keys(sample.labels) : []))),
    ],
  };
}

function readSample(line: string): Sample {
  const [, name = '', labels = '', value = ''] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: Number(value),
  };
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputFolder, root } from './build.ts';
import { drawChart } from './chart.ts';
import {
  type Durations,
  type Measured,
  type Round,
  fixedRate,
  inFlight,
  settleSeconds,
} from './comparison.ts';
import { type Figures, formatFigure } from './goals.ts';
import { describeMachine, recordFindings } from './record.ts';
import { median, spread } from './statistics.ts';

export interface ReportOptions {
  readonly durations: Durations;
  readonly users: number;
  readonly tokens: string;
  readonly record: boolean;
}

const columns = [
  '',
  'sessions/s',
  '÷ tutorial',
  'CPU µs each',
  'p50 ms',
  'p99 ms',
  'RSS MB',
  'stub',
  'errors',
];

/** Prints, keeps and draws what was compared. @throws Error when any answer was wrong */
export function reportComparison(measured: readonly Measured[], options: ReportOptions): void {
  const { durations, record } = options;
  refuseErrors(measured);
  const rows = measured.map((each) => describe(each, measured));
  const note =
    `Medians of ${durations.rounds} interleaved rounds of ${durations.seconds} s, after ${durations.warmUpSeconds} s each to ` +
    `warm up and ${settleSeconds} s before each measurement; ${inFlight} in flight, latencies at ${fixedRate.toLocaleString('en-US')} requests a second. ${describeMachine()}.`;
  const svg = drawChart(
    measured
      .filter(({ name }) => name !== 'stub')
      .map((each) => ({
        title: each.title,
        value: medianOf(each, 'throughput'),
        ours: each.name === 'service',
      })),
    `Portal sessions a second on one core, ${inFlight} in flight`,
  );
  mkdirSync(outputFolder, { recursive: true });
  writeFileSync(join(outputFolder, 'bench.svg'), svg);
  if (record) writeFileSync(join(root, 'docs/images/bench.svg'), svg);
  recordFindings(
    {
      command: 'bench',
      options: { durations, users: options.users, tokens: options.tokens },
      figures: createFigures(measured),
      ofRaw: createFiguresOfRaw(measured),
      details: { measured },
      sections: [{ file: 'docs/performance.md', name: 'bench', columns, rows, note }],
    },
    record,
  );
}

function describe(each: Measured, all: readonly Measured[]): string[] {
  const errors = each.rounds.reduce((sum, round) => sum + round.errors, 0);
  const toTutorial = ratio(each, find(all, 'tutorial'), 'throughput');
  return [
    each.title,
    `${formatFigure(medianOf(each, 'throughput'))} ±${(spread(pick(each, 'throughput')) * 50).toFixed(0)}%`,
    each.name === 'stub' ? '' : formatFigure(toTutorial),
    formatFigure(medianOf(each, 'cpuMicrosecondsPerRequest')),
    formatFigure(medianOf(each, 'p50')),
    formatFigure(medianOf(each, 'p99')),
    formatFigure(each.residentMegabytes),
    `${(medianOf(each, 'stubShare') * 100).toFixed(0)}%`,
    String(errors),
  ];
}

function createFigures(measured: readonly Measured[]): Figures {
  const service = find(measured, 'service');
  if (service === undefined) return {};
  const [raw, tutorial, stub] = [find(measured, 'raw'), find(measured, 'tutorial'), find(measured, 'stub')];
  const figures: Figures = {
    throughputToTutorial: ratio(service, tutorial, 'throughput'),
    throughputToRaw: ratio(service, raw, 'throughput'),
    cpuToTutorial: ratio(service, tutorial, 'cpuMicrosecondsPerRequest'),
    addedP50: difference(service, stub, 'p50'),
    addedP99: difference(service, stub, 'p99'),
    residentMegabytes: service.residentMegabytes,
  };
  return withoutGaps(figures);
}

/** Times and sizes say something only beside those of the least that can be done. */
function createFiguresOfRaw(measured: readonly Measured[]): Figures {
  const [raw, stub] = [find(measured, 'raw'), find(measured, 'stub')];
  if (raw === undefined) return {};
  return withoutGaps({
    addedP50: difference(raw, stub, 'p50'),
    addedP99: difference(raw, stub, 'p99'),
    residentMegabytes: raw.residentMegabytes,
  });
}

function withoutGaps(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => !Number.isNaN(value)));
}

type Member = Exclude<keyof Round, 'firstError'>;

function find(measured: readonly Measured[], name: string): Measured | undefined {
  return measured.find((each) => each.name === name);
}

function pick({ rounds }: Measured, member: Member): number[] {
  return rounds.map((round) => round[member]);
}

function medianOf(each: Measured, member: Member): number {
  return median(pick(each, member));
}

/** Of each round, and then the median: what slowed a round down slowed both. */
function ratio(one: Measured, other: Measured | undefined, member: Member): number {
  return median(one.rounds.map((round, at) => round[member] / (other?.rounds[at]?.[member] ?? Number.NaN)));
}

function difference(one: Measured, other: Measured | undefined, member: Member): number {
  return median(one.rounds.map((round, at) => round[member] - (other?.rounds[at]?.[member] ?? Number.NaN)));
}

function refuseErrors(measured: readonly Measured[]): void {
  for (const { title, rounds } of measured) {
    const wrong = rounds.find(({ errors }) => errors > 0);
    if (wrong) throw new Error(`${title} gave wrong answers, such as: ${wrong.firstError ?? ''}`);
  }
  const busiest = Math.max(
    ...measured.filter(({ name }) => name !== 'stub').map((each) => medianOf(each, 'stubShare')),
  );
  if (busiest > maxStubShare) {
    process.stderr.write(
      `The stub took ${(busiest * 100).toFixed(0)}% of its core: the figures may be its own.\n`,
    );
  }
}

/** Above this share of its core, the stub would be part of what is measured. */
const maxStubShare = 0.3;

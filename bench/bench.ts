// npm run bench: this service beside what people would write instead, in interleaved rounds on the same two cores.
import { parseArgs } from 'node:util';
import { createAccountTarget } from './harness/account-target.ts';
import { buildAll } from './harness/build.ts';
import { timeStart } from './harness/cold-start.ts';
import { Load } from './harness/load.ts';
import { type MeasuredProcess, pinSelf } from './harness/measured-process.ts';
import { describeMachine, formatFigure, writeSections } from './harness/report.ts';
import { fillStore, withRun } from './harness/run.ts';
import { median, percentile, spread } from './harness/statistics.ts';
import { type Target, askStub, createTargets } from './harness/targets.ts';

const inFlight = 16;
const coldStartUsers = 1_000;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    users: { type: 'string', default: '20000' },
    record: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 2 : 7));
const seconds = Number(values.seconds ?? (values.quick ? 1 : 4));
/** The tutorial becomes faster for a while after its start, so every target gets the same time first. */
const warmUpSeconds = values.quick ? 2 : 15;
const users = Number(values.users);

interface Contestant extends Omit<Target, 'program'> {
  readonly process: MeasuredProcess;
  readonly found: Round[];
}

interface Round {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly p50: number;
  readonly p99: number;
  /** The stub's share of its core. */
  readonly stubShare: number;
}

await buildAll({ service: !values['no-build'] });
pinSelf();
await withRun(async (run) => {
  const stub = await run.startStub();
  const databaseUrl = await fillStore(run.folder, users);
  const options = { stubPort: stub.port, users, databaseUrl, folder: run.folder };
  const contestants: Contestant[] = [
    { name: 'stub', title: 'the stub alone', asked: askStub(stub.port, users), process: stub, found: [] },
  ];
  const targets = [...(await createTargets(options)), await createAccountTarget(options)];
  for (const { program, ...target } of targets) {
    contestants.push({ ...target, process: await run.start(program), found: [] });
  }
  for (const contestant of contestants) await measure(contestant, stub, warmUpSeconds);
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of contestants) contestant.found.push(await measure(contestant, stub, seconds));
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  const comparison = describeComparison(contestants);
  for (const { process: target } of contestants.slice(1)) await target.stop();
  const starts = await measureColdStarts(stub.port, run.folder, databaseUrl);
  writeSections('docs/performance.md', [comparison, starts], values.record);
});

/** @throws Error when any answer was wrong */
async function measure(contestant: Contestant, stub: MeasuredProcess, forSeconds: number): Promise<Round> {
  const { process: server, asked, title } = contestant;
  const load = new Load(asked, inFlight);
  const before = { server: server.cpuSeconds(), stub: stub.cpuSeconds() };
  const result = await load.keepInFlight(inFlight, forSeconds);
  await load.close();
  if (result.errors > 0) throw new Error(`${title} gave wrong answers, such as: ${result.firstError ?? ''}`);
  return {
    perSecond: result.answered / result.seconds,
    cpuMicroseconds: ((server.cpuSeconds() - before.server) * 1e6) / result.answered,
    p50: percentile(result.latencies, 0.5),
    p99: percentile(result.latencies, 0.99),
    stubShare: (stub.cpuSeconds() - before.stub) / result.seconds,
  };
}

function describeComparison(contestants: readonly Contestant[]) {
  const find = (wanted: string) => contestants.find(({ name }) => name === wanted);
  const pick = ({ found }: Contestant, member: keyof Round): number[] => found.map((round) => round[member]);
  // Taken within each round: what slowed a round down slowed everything in it.
  const ratio = (name: string, other: Contestant | undefined): string =>
    formatFigure(
      median(
        (find(name)?.found ?? []).map(
          (round, at) => round.perSecond / (other?.found[at]?.perSecond ?? Number.NaN),
        ),
      ),
    );
  return {
    name: 'bench',
    columns: ['', 'a second', 'service ÷ it', 'CPU µs each', 'p50 ms', 'p99 ms', 'RSS MB', 'stub'],
    rows: contestants.map((each) => [
      each.title,
      `${formatFigure(median(pick(each, 'perSecond')))} ±${(spread(pick(each, 'perSecond')) * 50).toFixed(0)}%`,
      ['service', 'stub', 'account'].includes(each.name) ? '' : ratio('service', each),
      formatFigure(median(pick(each, 'cpuMicroseconds'))),
      formatFigure(median(pick(each, 'p50'))),
      formatFigure(median(pick(each, 'p99'))),
      formatFigure(each.process.residentMegabytes()),
      `${(median(pick(each, 'stubShare')) * 100).toFixed(0)}%`,
    ]),
    note:
      `Medians of ${rounds} interleaved rounds of ${seconds} s after ${warmUpSeconds} s each to warm up; ${inFlight} requests in ` +
      `flight. Switched off: the pacing of requests to Stripe. An account page ÷ a session of Apollo on Express: ` +
      `${ratio('account', find('apollo-express'))}. ${describeMachine()}.`,
  };
}

async function measureColdStarts(stubPort: number, folder: string, databaseUrl: string) {
  const options = { stubPort, users: coldStartUsers, databaseUrl, folder };
  const targets = (await createTargets(options)).filter(({ name }) => /^(tutorial|service)$/.test(name));
  const starts = targets.map((target) => ({ ...target, milliseconds: [] as number[] }));
  // The first start of each is not counted: it fills the system's file cache and creates the policies' configurations.
  for (const start of starts) await timeStart(start);
  for (let round = 0; round < rounds; round += 1) {
    for (const start of starts) start.milliseconds.push(await timeStart(start));
  }
  const tutorial = starts.find(({ name }) => name === 'tutorial')?.milliseconds ?? [];
  return {
    name: 'start',
    columns: ['', 'first session, ms', '÷ tutorial'],
    rows: starts.map(({ title, milliseconds }) => [
      title,
      formatFigure(median(milliseconds)),
      formatFigure(median(milliseconds.map((each, at) => each / (tutorial[at] ?? Number.NaN)))),
    ]),
    note: `From starting the process to its first session: medians of ${rounds} interleaved starts.`,
  };
}

import { Load, type Asked, type LoadResult } from './load.ts';
import type { MeasuredProcess } from './measured-process.ts';
import { percentile } from './statistics.ts';

export interface Durations {
  readonly rounds: number;
  /** Of each of a round's two measurements. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** Whoever is measured: a target's process, or the stub alone. */
export interface Contestant {
  readonly name: string;
  readonly title: string;
  readonly asked: Asked;
  readonly process: MeasuredProcess;
}

/** What one round measured of one contestant. */
export interface Round {
  /** Sessions a second with 16 in flight. */
  readonly throughput: number;
  readonly cpuMicrosecondsPerRequest: number;
  /** Of its core, at that throughput. */
  readonly stubShare: number;
  /** Of the same core, for sending and checking. */
  readonly generatorShare: number;
  /** Milliseconds at the fixed rate. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
  readonly firstError: string | null;
}

export interface Measured {
  readonly name: string;
  readonly title: string;
  readonly rounds: readonly Round[];
  readonly residentMegabytes: number;
}

export const inFlight = 16;
export const fixedRate = 1_000;
/** So many that at the fixed rate no request waits for a connection. */
const connectionsAtFixedRate = 64;

/**
 * Before each measurement, and not counted: who stood idle while others were measured has given memory back and has no
 * open connections, and takes a second or two to be as fast as before.
 */
export const settleSeconds = 2;

/** Who cannot answer much more than the fixed rate only builds up a queue at it. */
const headroom = 1.1;
const nothing: LoadResult = { answered: 0, errors: 0, firstError: null, seconds: 0, latencies: [] };

/** Measures all of them in interleaved rounds, each of which begins with another one. */
export async function compare(
  contestants: readonly Contestant[],
  stub: MeasuredProcess,
  durations: Durations,
): Promise<Measured[]> {
  for (const contestant of contestants) await warmUp(contestant, durations);
  const rounds = new Map<string, Round[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < durations.rounds; round += 1) {
    const turn = contestants.map((_, place) => contestants[(place + round) % contestants.length]);
    for (const contestant of turn) {
      if (contestant === undefined) continue;
      const measured = await measure(contestant, stub, durations.seconds);
      rounds.get(contestant.name)?.push(measured);
      tell(round, contestant, measured);
    }
  }
  return contestants.map(({ name, title, process }) => ({
    name,
    title,
    rounds: rounds.get(name) ?? [],
    residentMegabytes: process.residentMegabytes(),
  }));
}

async function warmUp(contestant: Contestant, { warmUpSeconds }: Durations): Promise<void> {
  await withLoad(contestant.asked, inFlight, async (load) => {
    refuseErrors(contestant, await load.keepInFlight(inFlight, warmUpSeconds));
  });
}

/** Of what is not counted. */
function refuseErrors({ title }: Contestant, { errors, firstError }: LoadResult): void {
  if (errors > 0) throw new Error(`${title}: ${errors} wrong answers while warming up: ${firstError ?? ''}`);
}

async function measure(contestant: Contestant, stub: MeasuredProcess, seconds: number): Promise<Round> {
  const { asked, process: server } = contestant;
  const { result, cpu } = await withLoad(asked, inFlight, async (load) => {
    refuseErrors(contestant, await load.keepInFlight(inFlight, settleSeconds));
    const before = readCpu(server, stub);
    const result = await load.keepInFlight(inFlight, seconds);
    return { result, cpu: subtract(readCpu(server, stub), before) };
  });
  const throughput = result.answered / result.seconds;
  const paced =
    throughput < fixedRate * headroom
      ? nothing
      : await withLoad(asked, connectionsAtFixedRate, async (load) => {
          refuseErrors(contestant, await load.sendAtRate(fixedRate, settleSeconds));
          return load.sendAtRate(fixedRate, seconds);
        });
  return {
    throughput,
    cpuMicrosecondsPerRequest: (cpu.server * 1e6) / result.answered,
    stubShare: cpu.stub / result.seconds,
    generatorShare: cpu.generator / result.seconds,
    p50: percentile(paced.latencies, 0.5),
    p99: percentile(paced.latencies, 0.99),
    ...sumErrors(result, paced),
  };
}

async function withLoad<T>(asked: Asked, connections: number, use: (load: Load) => Promise<T>): Promise<T> {
  const load = new Load(asked, connections);
  try {
    return await use(load);
  } finally {
    await load.close();
  }
}

interface Cpu {
  readonly server: number;
  readonly stub: number;
  readonly generator: number;
}

function readCpu(server: MeasuredProcess, stub: MeasuredProcess): Cpu {
  const { user, system } = process.cpuUsage();
  return { server: server.cpuSeconds(), stub: stub.cpuSeconds(), generator: (user + system) / 1e6 };
}

function subtract(after: Cpu, before: Cpu): Cpu {
  return {
    server: after.server - before.server,
    stub: after.stub - before.stub,
    generator: after.generator - before.generator,
  };
}

function sumErrors(...results: readonly LoadResult[]): Pick<Round, 'errors' | 'firstError'> {
  return {
    errors: results.reduce((sum, { errors }) => sum + errors, 0),
    firstError: results.map(({ firstError }) => firstError).find((error) => error !== null) ?? null,
  };
}

function tell(
  round: number,
  { title }: Contestant,
  { throughput, p50, p99, stubShare, errors }: Round,
): void {
  process.stderr.write(
    `round ${round + 1}  ${title.padEnd(30)} ${throughput.toFixed(0).padStart(6)}/s  ` +
      `p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms  stub ${(stubShare * 100).toFixed(0)}%  errors ${errors}\n`,
  );
}

// npm run bench:start: from starting the process to the first session, for the bundle beside the Express tutorial.
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findFreePort } from '../test/helpers/server-process.ts';
import { buildAll, serviceFiles } from './harness/build.ts';
import { pinSelf } from './harness/cores.ts';
import { formatFigure } from './harness/goals.ts';
import type { Asked } from './harness/load.ts';
import { type Program, spawnProgram } from './harness/measured-process.ts';
import { describeMachine, recordFindings } from './harness/record.ts';
import { fillDirectory, withRun } from './harness/run.ts';
import { median, percentile } from './harness/statistics.ts';
import { type Surroundings, createServiceProgram, createTarget } from './harness/targets.ts';
import { createTokenIssuer } from './harness/tokens.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    record: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 2 : 15));
const users = 1_000;
/** How often it is tried whether the server is there yet: what is measured is no finer than this. */
const retryMs = 2;

interface Starter {
  readonly name: string;
  readonly title: string;
  readonly program: Program;
  readonly asked: Asked;
  readonly milliseconds: number[];
}

await buildAll({ service: !values['no-build'] });
pinSelf();
await withRun(async (run) => {
  const stub = await run.startStub();
  const surroundings: Surroundings = {
    stubPort: stub.port,
    metricsPort: await findFreePort(),
    users,
    issuer: createTokenIssuer('HS256'),
    folder: run.folder,
    serviceDatabaseUrl: await fillDirectory(`sqlite:${join(run.folder, 'billing.db')}`, users),
    mongoUrl: null,
  };
  const starters = createStarters(await findFreePort(), surroundings);
  // Once before it counts: the policies' configurations are made at the stub, and files are in the system's cache.
  for (const starter of starters) await timeStart(starter);
  for (let round = 0; round < rounds; round += 1) {
    for (const starter of starters) starter.milliseconds.push(await timeStart(starter));
  }
  report(starters);
});

function createStarters(port: number, surroundings: Surroundings): Starter[] {
  const tutorial = createTarget('tutorial', port, surroundings);
  const service = createTarget('service', port, surroundings);
  if (tutorial === null || service === null) throw new Error('Both are always there.');
  const unbundled = createServiceProgram(
    serviceFiles.unbundled,
    port,
    surroundings,
    join(surroundings.folder, 'unbundled.log'),
  );
  return [
    { name: 'tutorial', ...tutorial, milliseconds: [] },
    { name: 'service', ...service, milliseconds: [] },
    { ...service, name: 'unbundled', title: 'the same, unbundled', program: unbundled, milliseconds: [] },
  ];
}

/** Milliseconds from starting the process until it has answered with a session. */
async function timeStart({ program, asked }: Starter): Promise<number> {
  const start = performance.now();
  const child = spawnProgram(program);
  const exited = once(child, 'exit');
  try {
    while (!(await answers(asked))) {
      if (child.exitCode !== null) throw new Error(`${program.args.join(' ')} ended`);
      await sleep(retryMs);
    }
    return performance.now() - start;
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** False while nobody listens. @throws Error for an answer that is no session of the one who asked */
async function answers({ port, path, requests: [request], isRight }: Asked): Promise<boolean> {
  if (request === undefined) throw new Error('There is nobody to ask.');
  const { headers, body, customer } = request;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { ...headers, connection: 'close' },
    body,
  }).catch(() => null);
  if (response === null) return false;
  const text = await response.text();
  if (response.status !== 200 || !isRight(text, customer))
    throw new Error(`No session: ${response.status} ${text}`);
  return true;
}

function report(starters: readonly Starter[]): void {
  const tutorial = starters.find(({ name }) => name === 'tutorial')?.milliseconds ?? [];
  const ratioOf = ({ milliseconds }: Starter): number =>
    median(milliseconds.map((each, round) => each / (tutorial[round] ?? Number.NaN)));
  const service = starters.find(({ name }) => name === 'service');
  recordFindings(
    {
      command: 'start',
      options: { rounds },
      figures: service === undefined ? {} : { coldStartToTutorial: ratioOf(service) },
      details: { starters: starters.map(({ name, milliseconds }) => ({ name, milliseconds })) },
      sections: [
        {
          file: 'docs/performance.md',
          name: 'start',
          columns: ['', 'first session, ms', 'fastest', 'slowest', '÷ tutorial'],
          rows: starters.map((starter) => [
            starter.title,
            formatFigure(median(starter.milliseconds)),
            formatFigure(percentile(starter.milliseconds, 0)),
            formatFigure(Math.max(...starter.milliseconds)),
            formatFigure(ratioOf(starter)),
          ]),
          note: `Medians of ${rounds} interleaved starts. ${describeMachine()}.`,
        },
      ],
    },
    values.record,
  );
}

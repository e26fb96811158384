// npm run bench: this service beside what people would write instead, in interleaved rounds on the same two cores.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findFreePort } from '../test/helpers/server-process.ts';
import { buildAll } from './harness/build.ts';
import { type Contestant, type Durations, compare } from './harness/comparison.ts';
import { pinSelf } from './harness/cores.ts';
import { fillTutorialUsers, startMongo, tutorialDatabase } from './harness/mongo.ts';
import { reportComparison } from './harness/report.ts';
import { type Run, fillDirectory, withRun } from './harness/run.ts';
import { type Surroundings, type TargetName, askStub, createTarget, targetNames } from './harness/targets.ts';
import { createTokenIssuer } from './harness/tokens.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'warm-up': { type: 'string' },
    targets: { type: 'string', default: targetNames.join() },
    users: { type: 'string', default: '20000' },
    mappings: { type: 'string', default: '100000' },
    tokens: { type: 'string', default: 'HS256' },
    record: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
  },
});

const durations: Durations = {
  rounds: Number(values.rounds ?? (values.quick ? 2 : 5)),
  seconds: Number(values.seconds ?? (values.quick ? 1 : 8)),
  warmUpSeconds: Number(values['warm-up'] ?? (values.quick ? 1 : 15)),
};
const wanted = targetNames.filter((name) => values.targets.split(',').includes(name));
const users = Number(values.users);

await buildAll({ service: !values['no-build'] });
pinSelf();
await withRun(async (run) => {
  const stub = await run.startStub();
  const surroundings = await prepare(run, stub.port);
  const contestants: Contestant[] = [
    { name: 'stub', title: 'the stub alone', asked: askStub(surroundings), process: stub },
  ];
  for (const name of wanted) contestants.push(...(await start(run, name, surroundings)));
  const measured = await compare(contestants, stub, durations);
  reportComparison(measured, { durations, users, tokens: values.tokens, record: values.record });
});

async function prepare(run: Run, stubPort: number): Promise<Surroundings> {
  const mongo = wanted.includes('tutorial-mongoose') ? await startMongo(run.folder) : null;
  if (mongo !== null) {
    run.stopAtEnd(() => mongo.stop());
    await fillTutorialUsers(mongo, users);
  }
  return {
    stubPort,
    metricsPort: await findFreePort(),
    users,
    issuer: createTokenIssuer(values.tokens === 'RS256' ? 'RS256' : 'HS256'),
    folder: run.folder,
    serviceDatabaseUrl: await fillDirectory(
      `sqlite:${join(run.folder, 'billing.db')}`,
      Math.max(users, Number(values.mappings)),
    ),
    mongoUrl: mongo?.urlOf(tutorialDatabase) ?? null,
  };
}

async function start(run: Run, name: TargetName, surroundings: Surroundings): Promise<Contestant[]> {
  const target = createTarget(name, await findFreePort(), surroundings);
  if (target === null) return [];
  const { title, asked, program } = target;
  return [{ name, title, asked, process: await run.start(program) }];
}

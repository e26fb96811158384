// npm run bench:profile: where the service's CPU time goes, by package, while it opens sessions.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findFreePort } from '../test/helpers/server-process.ts';
import { buildProfiled, buildPrograms, outputFolder } from './harness/build.ts';
import { pinSelf } from './harness/cores.ts';
import { type Share, readCpuProfile } from './harness/cpu-profile.ts';
import { Load } from './harness/load.ts';
import { describeMachine, writeSection } from './harness/record.ts';
import { fillDirectory, withRun } from './harness/run.ts';
import { formatTable } from './harness/table.ts';
import { type TargetName, createTarget, targetNames } from './harness/targets.ts';
import { createTokenIssuer } from './harness/tokens.ts';

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'service' },
    seconds: { type: 'string', default: '8' },
    'warm-up': { type: 'string', default: '8' },
    tokens: { type: 'string', default: 'HS256' },
    /** The place in docs/performance.md to write to: `profile-before` or `profile-after`. */
    record: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const users = 20_000;
const inFlight = 16;

await buildPrograms();
const serviceFile = buildProfiled();
pinSelf();
await withRun(async (run) => {
  const stub = await run.startStub();
  const name = targetNames.find((each): each is TargetName => each === values.target) ?? 'service';
  const target = createTarget(name, await findFreePort(), {
    stubPort: stub.port,
    metricsPort: await findFreePort(),
    users,
    issuer: createTokenIssuer(values.tokens === 'RS256' ? 'RS256' : 'HS256'),
    folder: run.folder,
    serviceDatabaseUrl: await fillDirectory(`sqlite:${join(run.folder, 'billing.db')}`, users),
    serviceFile,
    mongoUrl: null,
  });
  if (target === null) throw new Error(`${name} cannot be profiled here.`);
  const folder = join(outputFolder, `profile-${Date.now()}`);
  const { program } = target;
  const args = ['--cpu-prof', `--cpu-prof-dir=${folder}`, ...program.args];
  const server = await run.start({ ...program, args });
  const load = new Load(target.asked, inFlight);
  await load.keepInFlight(inFlight, Number(values['warm-up']));
  const { answered, errors, firstError } = await load.keepInFlight(inFlight, seconds);
  await load.close();
  await server.stop();
  if (errors > 0) throw new Error(`There were wrong answers, such as: ${firstError ?? ''}`);
  report(join(folder, readdirSync(folder)[0] ?? ''), answered);
});

function report(file: string, answered: number): void {
  const { packages, functions, busy } = readCpuProfile(file, seconds);
  const columns = ['package', 'of its CPU time'];
  const toRows = (shares: readonly Share[], count: number): string[][] =>
    shares.slice(0, count).map(({ name, share }) => [name, `${(share * 100).toFixed(1)}%`]);
  const rows = toRows(packages, 20);
  process.stdout.write(
    `\n${formatTable(columns, rows)}\n${formatTable(['function', ''], toRows(functions, 40))}\n`,
  );
  process.stdout.write(`${answered} sessions in ${seconds} s, busy ${(busy * 100).toFixed(0)}%. ${file}\n`);
  if (values.record === undefined) return;
  const note = `${inFlight} in flight for ${seconds} s. ${describeMachine()}.`;
  writeSection({ file: 'docs/performance.md', name: values.record, columns, rows, note });
}

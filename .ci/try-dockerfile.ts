/**
 * Runs every step of the Dockerfile in scratch folders, since no container engine is at hand: each stage is a
 * folder, absolute paths lie below it, and the command runs as a user who can write to /data and nowhere else.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

interface Stage {
  readonly root: string;
  workdir: string;
  user: string;
  readonly env: Record<string, string>;
  readonly commands: Record<string, readonly string[]>;
}

/** The user and group that own nothing. */
const nobody = 65534;
const scratch = mkdtempSync(join(tmpdir(), 'billing-portal-image-'));
const context = join(scratch, 'context');
const stages = new Map<string, Stage>();

try {
  copyContext();
  const image = runDockerfile(readFileSync('Dockerfile', 'utf8'));
  refuseLeftovers(image);
  await useImage(image);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log('Every step of the Dockerfile works, and the image serves with nothing to write to but /data.');

/** What git has, without what .dockerignore names. */
function copyContext(): void {
  mkdirSync(context);
  execFileSync('sh', ['-c', `git archive HEAD | tar -x -C '${context}'`]);
  for (const entry of readFileSync('.dockerignore', 'utf8').split('\n')) {
    if (/^[\w.]+$/.test(entry)) rmSync(join(context, entry), { recursive: true, force: true });
  }
}

function runDockerfile(text: string): Stage {
  const steps = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '');
  let stage: Stage | undefined;
  for (const step of steps) {
    const [, instruction = '', rest = ''] = /^(\w+) (.*)$/.exec(step) ?? [];
    console.log(`${instruction} ${rest.slice(0, 90)}`);
    if (instruction === 'FROM') stage = createStage(rest);
    else if (stage === undefined) throw new Error(`${step} stands before the first FROM`);
    else runStep(stage, instruction, rest);
  }
  if (stage === undefined) throw new Error('The Dockerfile has no stage');
  return stage;
}

function createStage(from: string): Stage {
  const [, image = '', name = 'final'] = /^(\S+)(?: AS (\w+))?$/.exec(from) ?? [];
  if (!/^node:\d+-/.test(image)) throw new Error(`${image} is not an image of Node`);
  const root = join(scratch, name);
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
  const stage = { root, workdir: '/', user: 'root', env: {}, commands: {} };
  stages.set(name, stage);
  return stage;
}

function runStep(stage: Stage, instruction: string, rest: string): void {
  switch (instruction) {
    case 'WORKDIR':
      stage.workdir = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
      return;
    case 'ENV': {
      const [name = '', value = ''] = rest.split('=');
      stage.env[name] = value;
      return;
    }
    case 'COPY':
      copy(stage, rest);
      return;
    case 'RUN':
      execFileSync('sh', ['-c', inStage(stage, rest)], {
        cwd: join(stage.root, stage.workdir),
        env: { ...process.env, ...stage.env },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      return;
    case 'USER':
      stage.user = rest;
      return;
    case 'CMD':
      stage.commands['CMD'] = JSON.parse(rest) as string[];
      return;
    case 'HEALTHCHECK':
      stage.commands['HEALTHCHECK'] = JSON.parse(rest.slice(rest.indexOf('CMD ') + 4)) as string[];
      return;
    case 'VOLUME':
    case 'EXPOSE':
      return;
    default:
      throw new Error(`${instruction} is not known here`);
  }
}

function copy(stage: Stage, rest: string): void {
  const [, from, paths = ''] = /^(?:--from=(\w+) )?(.*)$/.exec(rest) ?? [];
  const words = paths.split(' ');
  const target = words.pop() ?? '';
  const source = from === undefined ? context : stages.get(from)?.root;
  if (source === undefined) throw new Error(`There is no stage ${from}`);
  for (const word of words) {
    const into = resolve(join(stage.root, stage.workdir), target);
    const isFile = /\.\w+$/.test(word);
    const destination = isFile && target.endsWith('/') ? join(into, word.split('/').at(-1) ?? '') : into;
    mkdirSync(dirname(destination), { recursive: true });
    // Links stay relative, as in an image: an absolute one would lead back into the stage that it came from.
    cpSync(join(source, word), destination, { recursive: true, verbatimSymlinks: true });
  }
}

/** Absolute paths lie below the stage's folder, and there is no user of the image's here. */
function inStage({ root }: Stage, command: string): string {
  return command
    .replace(/ (\/data|\/usr\/local\/bin)\b/g, ` ${root}$1`)
    .replace('chown node:node', `chown ${nobody}:${nobody}`);
}

/** Fails when the image holds another package of this repository, such as the fake Stripe, or a link that leads nowhere. */
function refuseLeftovers({ root, workdir }: Stage): void {
  const modules = readdirSync(join(root, workdir, 'node_modules')).filter((name) =>
    name.startsWith('billing-portal-'),
  );
  if (modules.length > 0) throw new Error(`The image holds ${modules.join(', ')}`);
  if (existsSync(join(root, workdir, 'packages'))) throw new Error('The image holds packages/');
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink() && !existsSync(path)) throw new Error(`${path} leads nowhere`);
  }
}

async function useImage(image: Stage): Promise<void> {
  if (image.user === 'root') throw new Error('The image runs as root');
  // The folder of mkdtemp is for its owner alone, and others have to pass through it.
  execFileSync('chmod', ['755', scratch, image.root]);
  const port = await findFreePort();
  const env = {
    PATH: `${image.root}/usr/local/bin:${process.env['PATH'] ?? ''}`,
    ...image.env,
    // From the .env file, as in .env.example and as `billing-portal init` writes it.
    DATABASE_URL: 'sqlite:./data/billing.db',
    PORT: String(port),
    STRIPE_SECRET_KEY: 'sk_test_image',
    JWT_SECRET: 'a secret for trying the image only!!',
    JWT_ISSUER: 'https://issuer.example.com',
    JWT_AUDIENCE: 'billing',
    RETURN_URLS: 'https://app.example.com',
  };
  const run = (command: readonly string[] = []) => {
    const [file = '', ...args] = command;
    const asNobody = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
    return spawn(findProgram(file), args, {
      cwd: join(image.root, image.workdir),
      env,
      stdio: 'inherit',
      ...asNobody,
    });
  };
  const service = run(image.commands['CMD']);
  const exited = new Promise<number | null>((done) => service.on('exit', done));
  try {
    await waitUntilHealthy(() => run(image.commands['HEALTHCHECK']));
    if ((await fetch(`http://127.0.0.1:${port}/readyz`)).status !== 200) throw new Error('It is not ready');
    if (!existsSync(join(image.root, 'data/billing.db'))) throw new Error('/data has no database');
  } finally {
    service.kill('SIGTERM');
  }
  const help = run(['billing-portal', 'doctor', '--help']);
  if ((await new Promise((done) => help.on('exit', done))) !== 0) throw new Error('The command does not run');
  const code = await exited;
  if (code !== 0) throw new Error(`It ended with ${code} on SIGTERM`);
  console.log(
    `${execFileSync('du', ['-sh', image.root], { encoding: 'utf8' }).split('\t')[0]} beside Node's own image`,
  );
}

async function waitUntilHealthy(check: () => ReturnType<typeof spawn>): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const code = await new Promise<number | null>((done) => check().on('exit', done));
    if (code === 0) return;
    await wait(250);
  }
  throw new Error('The health check never passed');
}

function findProgram(name: string): string {
  return name === 'node' ? process.execPath : name;
}

function findFreePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const outputFolder = join(root, 'output/bench');
const programFolder = join(outputFolder, 'programs');
const profiledFolder = join(outputFolder, 'profiled');

/** The service's files that a run can start, the one of production first. */
export const serviceFiles = {
  bundle: join(root, 'dist/bundle/main.js'),
  unbundled: join(root, 'dist/main.js'),
  cli: join(root, 'dist/cli/main.js'),
} as const;

/** The bundle of production, in a folder of its own. */
export function buildProfiled(): string {
  const bundling = ['--import', 'tsx', 'scripts/bundle.ts', profiledFolder];
  execFileSync(process.execPath, bundling, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(profiledFolder, 'main.js');
}

export function fileOfProgram(name: string): string {
  return join(programFolder, `${name}.js`);
}

/** Builds the service as it is released, and what it is measured with. */
export async function buildAll({ service }: { readonly service: boolean }): Promise<void> {
  if (service || !existsSync(serviceFiles.bundle)) {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  await buildPrograms();
}

/** Turns the baselines and the stub from TypeScript into what Node runs. */
export async function buildPrograms(): Promise<void> {
  mkdirSync(outputFolder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['bench/baselines/*.ts', 'bench/stub/*.ts'],
    outdir: programFolder,
    entryNames: '[name]',
    bundle: true,
    // Packages stay where they are, unbundled, as a tutorial runs them.
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'warning',
  });
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const outputFolder = join(root, 'output/bench');

export const serviceFiles = {
  bundle: join(root, 'dist/bundle/main.js'),
  cli: join(root, 'dist/cli/main.js'),
} as const;

export function fileOfProgram(name: string): string {
  return join(outputFolder, `${name}.js`);
}

/** Builds the service as it is released, and turns the stub and the baselines into JavaScript. */
export async function buildAll({ service }: { readonly service: boolean }): Promise<void> {
  if (service || !existsSync(serviceFiles.bundle)) {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  mkdirSync(outputFolder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['bench/baselines/*.ts', 'bench/stub/*.ts'],
    outdir: outputFolder,
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

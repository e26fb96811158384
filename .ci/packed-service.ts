import { execFileSync } from 'node:child_process';
import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Runs a command for five minutes at most, and returns what it prints. */
export function run(command: string, args: readonly string[], cwd = resolve('.')): string {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', timeout: 300_000 });
}

/** What a user needs: no source maps, and no bundle, which is for the image. */
const published =
  /^(dist\/(?!bundle\/).+\.(js|d\.ts)|dist\/(web|explorer)\/.+|dist\/(sbom|local-stripe\/package)\.json|docs\/openapi\.json|policies\.schema\.json|schema\.graphql|README\.md|LICENSE|package\.json)$/;
const mostBytes = 12_000_000;

/** Packs the service as it would be published, checks the list of files, and returns the path of the tarball. */
export function packService(folder: string): string {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder])) as [Packed];
  const paths = packed.files.map(({ path }) => path);
  equal(
    paths.filter((path) => !published.test(path)).join(),
    '',
    'The package has files that it should not have.',
  );
  const { bin, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, object>;
  const targets = JSON.stringify([bin, exports]).matchAll(/:"\.\/([^"]+)"/g);
  for (const [, target = ''] of targets) equal(paths.includes(target), true, `The package lacks ${target}.`);
  equal(packed.unpackedSize < mostBytes, true, `The package has ${packed.unpackedSize} bytes.`);
  return join(folder, packed.filename);
}

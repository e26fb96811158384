import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../test/helpers/server-process.ts';
import { startProgram } from './measured-process.ts';

export interface Postgres {
  readonly url: string;
  readonly version: string;
  /** @throws Error when a statement fails */
  run(sql: string): void;
  stop(): Promise<void>;
}

/** Where Debian's packages put the server's programs, which are on no PATH. */
const packages = '/usr/lib/postgresql';

/** Null where PostgreSQL's server is not installed. */
export async function startPostgres(): Promise<Postgres | null> {
  const version = findVersion();
  if (version === null) return null;
  const folder = mkdtempSync(join(tmpdir(), 'billing-portal-postgres-'));
  const asOwner = findOwner();
  if (asOwner.length > 0) execFileSync('chown', ['postgres', folder]);
  const nameProgram = (program: string): string => join(packages, version, 'bin', program);
  const data = join(folder, 'data');
  const init = [
    nameProgram('initdb'),
    `--pgdata=${data}`,
    '--username=postgres',
    '--auth=trust',
    '--locale=C.UTF-8',
  ];
  runProgram([...asOwner, ...init], folder);
  const port = await findFreePort();
  const serve = [
    nameProgram('postgres'),
    `-D${data}`,
    `-k${folder}`,
    `-p${port}`,
    '-clog_min_messages=fatal',
  ];
  const [command = '', ...args] = [...asOwner, ...serve];
  const server = await startProgram({ command, args, port, core: 'load' });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  return {
    url,
    version,
    run: (sql) =>
      runProgram([nameProgram('psql'), url, '--quiet', '--set=ON_ERROR_STOP=1', `--command=${sql}`], folder),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function runProgram([command = '', ...args]: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

function findVersion(): string | null {
  const versions = existsSync(packages) ? readdirSync(packages) : [];
  return versions.find((version) => existsSync(join(packages, version, 'bin/initdb'))) ?? null;
}

/** PostgreSQL refuses to run as root. */
function findOwner(): readonly string[] {
  return process.getuid?.() === 0
    ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
    : [];
}

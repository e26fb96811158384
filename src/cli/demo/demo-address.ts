import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Config, loadConfig } from '../../config/config.ts';
import type { Environment } from '../../config/environment.ts';

/** The configuration with a port that is known before the service listens, so that links can be built with it. */
export async function loadAddressedConfig(env: Environment): Promise<Config> {
  const { http } = loadConfig(env);
  const port = http.port === 0 ? await findFreePort(http.host) : http.port;
  return loadConfig({ PUBLIC_URL: `http://127.0.0.1:${port}`, ...env, PORT: String(port) });
}

async function findFreePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Config, loadConfig } from '../../config/config.ts';
import type { Environment } from '../../config/environment.ts';

/** Chooses the port before the service listens, because e-mail links contain it. */
export async function loadAddressedConfig(env: Environment): Promise<Config> {
  const { http } = loadConfig(env);
  const port = http.port === 0 ? await findFreePort(http.host) : http.port;
  return loadConfig({ ...env, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` });
}

async function findFreePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

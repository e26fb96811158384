import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Listens on the address for a moment. @throws the system's error when this machine cannot */
export async function findFreePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

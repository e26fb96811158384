import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * - `pass`: bytes go through.
 * - `hang`: connections are accepted and nothing goes through; those that were open then stay dead for ever.
 * - `refuse`: connections are cut.
 */
export type ProxyMode = 'pass' | 'hang' | 'refuse';

export interface TcpProxy {
  readonly port: number;
  setMode(mode: ProxyMode): void;
  /** Where connections go that are opened from now on. */
  setTarget(port: number): void;
  stop(): Promise<void>;
}

/** A proxy in front of a server on this machine, whose network fails on demand. */
export async function startTcpProxy(firstTarget: number, initialMode: ProxyMode = 'pass'): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let mode = initialMode;
  let targetPort = firstTarget;
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    track(client);
    if (mode === 'refuse') client.destroy();
    if (mode !== 'pass') return;
    const target = track(connect(targetPort, '127.0.0.1'));
    client.pipe(target).pipe(client);
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    setMode: (next) => {
      mode = next;
      for (const socket of sockets) {
        if (mode === 'hang') socket.unpipe().pause();
        if (mode === 'refuse') socket.destroy();
      }
    },
    setTarget: (port) => {
      targetPort = port;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

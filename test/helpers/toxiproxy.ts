import { closeAfterTests } from './closing.ts';
import { findPart } from './real-parts.ts';
import { findFreePort, startServerProcess } from './server-process.ts';

export const howToGetToxiproxy = 'run .ci/parts/toxiproxy.sh';

export function findToxiproxy(): string | null {
  return findPart('toxiproxy-2.12.0');
}

/** https://github.com/Shopify/toxiproxy#toxics */
export interface Toxic {
  readonly type: 'latency' | 'bandwidth' | 'slow_close' | 'timeout' | 'reset_peer' | 'slicer' | 'limit_data';
  readonly attributes?: Readonly<Record<string, number>>;
}

/** A proxy in front of a server on this machine. */
export interface ToxicProxy {
  readonly port: number;
  /** Spoils what goes through it, in both directions, until it heals. */
  poison(toxic: Toxic): Promise<void>;
  /** Listens no more, and cuts what is open. */
  shut(): Promise<void>;
  heal(): Promise<void>;
}

/** Starts toxiproxy with one proxy; it stops after the last test. */
export async function startToxicProxy(command: string, targetPort: number): Promise<ToxicProxy> {
  const apiPort = await findFreePort();
  closeAfterTests(await startServerProcess(command, ['-port', String(apiPort)], apiPort));
  const call = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${apiPort}${path}`, {
      method: 'POST',
      // It answers browsers differently.
      headers: { 'content-type': 'application/json', 'user-agent': 'tests' },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`toxiproxy answers ${response.status} ${answer}`);
    return answer === '' ? null : JSON.parse(answer);
  };
  const port = await findFreePort();
  const listen = `127.0.0.1:${port}`;
  await call('/proxies', { name: 'store', listen, upstream: `127.0.0.1:${targetPort}`, enabled: true });
  return {
    port,
    poison: async ({ type, attributes = {} }) => {
      for (const stream of ['upstream', 'downstream'])
        await call('/proxies/store/toxics', { name: `${type}_${stream}`, type, stream, attributes });
    },
    shut: async () => {
      await call('/proxies/store', { enabled: false });
    },
    heal: async () => {
      await call('/reset', {});
    },
  };
}

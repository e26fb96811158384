// Bun answers the bare name with an incomplete package of its own.
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici/index.js';

/** The proxy for HTTPS requests to other systems. */
export interface OutboundProxy {
  /** May contain a user and a password; null connects directly. */
  readonly url: URL | null;
  /** Hosts that bypass the proxy, in the format of NO_PROXY. */
  readonly except: string;
}

/** Creates the dispatcher for requests to other systems. Plain HTTP, which stays within a machine or cluster, bypasses the proxy. */
export function createOutboundAgent(proxy: OutboundProxy | undefined, options: Agent.Options): Dispatcher {
  if (!proxy?.url) return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    // A string, even an empty one, keeps undici from reading the environment itself.
    httpProxy: '',
    httpsProxy: proxy.url.href,
    noProxy: proxy.except,
  });
}

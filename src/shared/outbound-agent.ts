import { type Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';

/** The proxy that HTTPS requests to other systems go through. */
export interface OutboundProxy {
  /** May carry a user and a password; null connects directly. */
  readonly url: URL | null;
  /** Hosts that are connected to directly, separated by commas, as NO_PROXY lists them. */
  readonly except: string;
}

export const noProxy: OutboundProxy = { url: null, except: '' };

/** The dispatcher for requests to other systems. Plain HTTP stays within a machine or a cluster and uses no proxy. */
export function createOutboundAgent(proxy: OutboundProxy, options: Agent.Options = {}): Dispatcher {
  return new EnvHttpProxyAgent({
    ...options,
    // Given as texts, even empty ones, these keep undici from reading the environment itself.
    httpProxy: '',
    httpsProxy: proxy.url?.href ?? '',
    noProxy: proxy.except,
  });
}

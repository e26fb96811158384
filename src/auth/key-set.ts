import {
  type JSONWebKeySet,
  type RemoteJWKSet,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
} from 'jose';
import { type RequestInit, fetch } from 'undici';
import { type OutboundProxy, createOutboundAgent, noProxy } from '../shared/outbound-agent.ts';

const timeoutMs = 3000;
const maxBytes = 256 * 1024;

export interface KeySetAddress {
  readonly url: URL;
  readonly proxy?: OutboundProxy | undefined;
}

/** Why no keys were received. It does not name the host, so it can be logged. */
export class KeySetError extends Error {
  constructor(failure: string) {
    super(`The key set endpoint ${failure}.`);
    this.name = 'KeySetError';
  }
}

/** An issuer's JSON Web Key Set. Only `reload` fetches it, so the caller decides when. `reload` throws KeySetError. */
export function createKeySet({ url, proxy = noProxy }: KeySetAddress): RemoteJWKSet {
  const dispatcher = createOutboundAgent(proxy);
  return createRemoteJWKSet(url, {
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
    timeoutDuration: timeoutMs,
    [customFetch]: (href, { headers, ...options }) =>
      fetchKeySet(href, { ...options, headers: [...headers], dispatcher }),
  });
}

/** Bounds the size of the response. When it throws, jose keeps the keys it has. jose follows no redirect. */
async function fetchKeySet(url: string, options: RequestInit): Promise<Response> {
  try {
    return Response.json(parseKeySet(await fetchText(url, options)));
  } catch (error) {
    throw error instanceof KeySetError ? error : new KeySetError(`is unreachable: ${getReason(error)}`);
  }
}

async function fetchText(url: string, options: RequestInit): Promise<string> {
  const response = await fetch(url, options);
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new KeySetError(`answered with status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new KeySetError(`answered with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseKeySet(text: string): JSONWebKeySet {
  let keySet: JSONWebKeySet;
  try {
    keySet = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet).jwks();
  } catch {
    throw new KeySetError('did not answer with a JSON Web Key Set');
  }
  if (keySet.keys.length === 0) throw new KeySetError('answered with no keys');
  return keySet;
}

/** fetch() puts the failure into `cause`. Its code is safe to log; its message would name the host. */
function getReason(error: unknown): string {
  const { name, cause } = error as Error & { readonly cause?: { readonly code?: string } };
  return cause?.code ?? name;
}

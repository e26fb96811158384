import type { JSONWebKeySet } from 'jose';
import { createLocalJWKSet } from 'jose/jwks/local';

/** Finds the key that a token's header names. */
export type KeySet = ReturnType<typeof createLocalJWKSet>;

const timeoutMs = 3000;
const maxBytes = 256 * 1024;

/** Why no keys came. It names no host, so that it can be logged. */
export class KeySetError extends Error {
  constructor(failure: string) {
    super(`The key set endpoint ${failure}.`);
    this.name = 'KeySetError';
  }
}

/**
 * Fetches a JSON Web Key Set: one request, no redirects, bounded in time and size.
 * @throws KeySetError
 */
export async function fetchKeySet(url: URL): Promise<KeySet> {
  try {
    return createKeySet(await fetchText(url));
  } catch (error) {
    throw error instanceof KeySetError ? error : new KeySetError(`could not be reached: ${getReason(error)}`);
  }
}

async function fetchText(url: URL): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
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

function createKeySet(text: string): KeySet {
  let keySet: JSONWebKeySet;
  try {
    keySet = JSON.parse(text) as JSONWebKeySet;
    if (keySet.keys.length > 0) return createLocalJWKSet(keySet);
  } catch {
    throw new KeySetError('did not answer with a JSON Web Key Set');
  }
  throw new KeySetError('answered with no keys');
}

/** fetch() hides what happened in the cause, whose message would name the host. */
function getReason(error: unknown): string {
  const { name, cause } = error as Error & { readonly cause?: { readonly code?: string } };
  return cause?.code ?? name;
}

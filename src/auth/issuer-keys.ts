import {
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  type RemoteJWKSet,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
} from 'jose';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { createOutboundAgent } from '../shared/outbound-agent.ts';
import { AuthUnavailableError, type Refusal, describeValue, refuse } from './auth.errors.ts';
import type { KeySource } from './key-source.ts';

const refreshMs = 300_000; // Older keys are refreshed in the background while requests still use them.
/** Older keys are used only while the issuer is unreachable, so that a withdrawn key is soon refused. */
const freshMs = 600_000;
const trustedMs = 24 * 3600_000; // Older keys are never used.
const cooldownMs = 30_000; // Between two fetches for unknown keys, however many tokens name one.
const retryMs = 5_000; // Between two fetches while the endpoint fails.
const timeoutMs = 3_000;
const maxBytes = 256 * 1024;

/** Decides when to fetch: jose alone would refuse every token while the endpoint is down, and ask a failing one for each token. */
export class IssuerKeys {
  private readonly keys;
  private loadedAt = -Infinity;
  private attemptedAt = -Infinity;
  private fetches = 0;
  private failure: unknown = null;
  private keyIds: ReadonlySet<unknown> = new Set();
  private withdrawnIds: ReadonlySet<unknown> = new Set();

  constructor(
    { url, proxy }: KeySetAddress,
    private readonly issuer: string,
    private readonly clock: () => number,
  ) {
    this.keys = createKeySet({ url, proxy });
  }

  /** Finds the key for jose's `jwtVerify`. @throws AuthUnavailableError, UnauthenticatedError, and jose's errors */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const fetchesBefore = this.fetches;
    await this.loadWhenDue();
    try {
      return await this.keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.mayBeNew(header.kid)) throw error;
    }
    // A token of another issuer neither causes a fetch nor gets an invitation to try again.
    const { iss } = decodeJwt(`.${String(token.payload)}.`);
    if (iss !== this.issuer) throw refuse('iss', this.issuer, iss);
    // The issuer may have rotated its keys, also since a fetch that is in progress began.
    await this.load();
    const isLookedFor = this.failure === null && this.fetches > fetchesBefore;
    if (isLookedFor || this.withdrawnIds.has(header.kid)) return this.keys(header, token);
    const actual = describeValue(header.kid);
    throw this.createUnavailableError({ refused: 'kid', expected: 'a key of the key set', actual });
  };

  /** A refetch cannot make a known key fit. A withdrawn key may be back: during a rotation, servers of an issuer may differ. */
  private mayBeNew(keyId: unknown): boolean {
    return keyId === undefined || (typeof keyId === 'string' && !this.keyIds.has(keyId));
  }

  private async loadWhenDue(): Promise<void> {
    if (!this.hasPassed(refreshMs, this.loadedAt)) return;
    const loading = this.load();
    const areUsable = !this.hasPassed(trustedMs, this.loadedAt);
    // While there are usable keys, no request waits for a failing endpoint.
    const mayGoOn = areUsable && (this.failure !== null || !this.hasPassed(freshMs, this.loadedAt));
    if (!mayGoOn) await loading;
    if (this.hasPassed(trustedMs, this.loadedAt)) throw this.createUnavailableError();
  }

  /** Fetches the keys, or joins the fetch in progress. Does nothing when the last fetch was too recent. */
  private async load(): Promise<void> {
    if (!this.keys.reloading) {
      if (!this.hasPassed(this.getWaitMs(), this.attemptedAt)) return;
      this.attemptedAt = this.clock();
      this.fetches += 1;
    }
    const idsBefore = this.keyIds;
    try {
      await this.keys.reload();
      this.loadedAt = this.clock();
      this.failure = null;
      this.keyIds = new Set(this.keys.jwks()?.keys.map(({ kid }) => kid));
      this.withdrawnIds = new Set([...this.withdrawnIds, ...idsBefore].filter((id) => !this.keyIds.has(id)));
    } catch (error) {
      this.failure = error;
    }
  }

  private getWaitMs(): number {
    return this.failure === null ? cooldownMs : retryMs;
  }

  private createUnavailableError(refusal?: Refusal): AuthUnavailableError {
    const passedMs = Math.abs(this.clock() - this.attemptedAt);
    const retryAfter = Math.max(1, Math.ceil((this.getWaitMs() - passedMs) / 1000));
    return new AuthUnavailableError(this.failure, retryAfter, refusal);
  }

  /** The distance is absolute, so that a clock that was set back cannot keep old keys alive. */
  private hasPassed(durationMs: number, since: number): boolean {
    return Math.abs(this.clock() - since) >= durationMs;
  }
}

export type KeySetAddress = Pick<Extract<KeySource, { kind: 'jwks' }>, 'url' | 'proxy'>;

/** Why no keys were received. It does not name the host, so it can be logged. */
export class KeySetError extends Error {
  constructor(failure: string) {
    super(`The key set endpoint ${failure}.`);
    this.name = 'KeySetError';
  }
}

/** An issuer's JSON Web Key Set. Only `reload` fetches it, so the caller decides when. `reload` throws KeySetError. */
export function createKeySet({ url, proxy }: KeySetAddress): RemoteJWKSet {
  const dispatcher = createOutboundAgent(proxy, { maxResponseSize: maxBytes });
  const request = { origin: url.origin, path: url.pathname + url.search, method: 'GET' } as const;
  return createRemoteJWKSet(url, {
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
    timeoutDuration: timeoutMs,
    // undici follows no redirect. After a failure, jose keeps the keys that it has.
    [customFetch]: async (_href, { headers, signal }) => {
      try {
        const all = [...headers, ['accept-encoding', 'gzip']].flat();
        const answer = dispatcher.request({ ...request, headers: all, signal });
        return Response.json(await Promise.race([answer.then(readKeySet), rejectOnAbort(signal)]));
      } catch (error) {
        throw error instanceof KeySetError ? error : new KeySetError(describeFailure(error));
      }
    },
  });
}

/** undici observes the signal only once the request has a connection, so the wait for a connection ends here. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

async function readKeySet({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<JSONWebKeySet> {
  if (statusCode !== 200) {
    void body.dump().catch(() => undefined);
    throw new KeySetError(`answered with status ${statusCode}`);
  }
  // Object storage sends files that were uploaded compressed as they are, whatever the request accepts.
  const isCompressed = headers['content-encoding'] === 'gzip';
  const keySet = parseKeySet(isCompressed ? await decompress(await body.bytes()) : await body.text());
  if (keySet.keys.length === 0) throw new KeySetError('answered with no keys');
  return keySet;
}

async function decompress(bytes: Uint8Array): Promise<string> {
  return (await promisify(gunzip)(bytes, { maxOutputLength: maxBytes })).toString();
}

function parseKeySet(text: string): JSONWebKeySet {
  try {
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet).jwks();
  } catch {
    throw new KeySetError('did not answer with a JSON Web Key Set');
  }
}

/** The code of a failure is safe to log; its message would name the host. */
function describeFailure(error: unknown): string {
  const { name, code } = error as Error & { readonly code?: unknown };
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'ERR_BUFFER_TOO_LARGE')
    return `answered with more than ${maxBytes} bytes`;
  return `is unreachable: ${typeof code === 'string' ? code : name}`;
}

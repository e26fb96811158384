import type { KeyObject } from 'node:crypto';
import { ExpiringMap } from '../expiring-map.ts';
import type { Members, SignedToken } from './signed-token.ts';

/** A token, and the key that has signed it. */
export interface CheckedToken extends Pick<SignedToken, 'header' | 'algorithm'> {
  readonly claims: Members;
  readonly key: KeyObject;
}

const lifetimeMs = 60_000;
/** About 1 kB each, of usual ones. */
const maxTokens = 25_000;
/** With longer ones, all of them would take too much memory. */
const maxLength = 4_096;

/**
 * Tokens whose signatures were checked within the last minute. Nothing else is taken for granted of them: whether the
 * key still counts, and what the claims say, is looked at each time.
 */
export class CheckedTokens {
  private readonly tokens: ExpiringMap<CheckedToken>;

  constructor(clock: () => number) {
    this.tokens = new ExpiringMap({ lifetimeMs, maxSize: maxTokens, clock });
  }

  find(text: string): CheckedToken | null {
    return this.tokens.get(text)?.value ?? null;
  }

  keep(text: string, token: CheckedToken): void {
    if (text.length <= maxLength) this.tokens.set(text, token);
  }
}

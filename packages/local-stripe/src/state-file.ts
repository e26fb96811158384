import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { CustomerIndex } from './search/customer-index.ts';
import type { Store, StoreDump } from './store.ts';
import type { RegisteredEndpoint, WebhookEndpoints } from './webhooks/webhook-endpoints.ts';

interface SavedState {
  readonly format: 1;
  /** URLs in objects start with it. */
  readonly baseUrl: string;
  readonly store: StoreDump;
  readonly endpoints: readonly RegisteredEndpoint[];
}

interface StateFileParts {
  readonly store: Store;
  readonly endpoints: WebhookEndpoints;
  readonly index: CustomerIndex;
}

const pauseMs = 100;

/** Keeps the state in a file over restarts: reads it at the start, and writes it soon after each change. */
export class StateFile {
  private timer: NodeJS.Timeout | null = null;
  private written = '';

  constructor(
    private readonly path: string,
    private readonly parts: StateFileParts,
  ) {}

  /** Restores the state. Returns whether there was one. @throws Error for a file that is not a state */
  load(): boolean {
    if (!existsSync(this.path)) return false;
    const { store, endpoints, index } = this.parts;
    const text = readFileSync(this.path, 'utf8');
    const saved = parseState(text, this.path);
    // The port may have changed since.
    const { store: dump, endpoints: known } = parseState(
      text.replaceAll(saved.baseUrl, store.baseUrl),
      this.path,
    );
    store.restore(dump);
    endpoints.restore(known);
    index.adopt();
    return true;
  }

  /** Writes the state soon, once for many requests. */
  saveSoon(): void {
    this.timer ??= setTimeout(() => {
      this.save();
    }, pauseMs);
  }

  /** Writes the state if it has changed. A reader of the file sees the state before or after, never a part. */
  save(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const { store, endpoints } = this.parts;
    const state: SavedState = {
      format: 1,
      baseUrl: store.baseUrl,
      store: store.dump(),
      endpoints: endpoints.dump(),
    };
    const text = JSON.stringify(state);
    if (text === this.written) return;
    // The file holds the secrets of webhook endpoints.
    writeFileSync(`${this.path}.new`, text, { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
    this.written = text;
  }
}

function parseState(text: string, path: string): SavedState {
  try {
    const state = JSON.parse(text) as Partial<SavedState> | null;
    if (state?.format === 1 && state.store && state.baseUrl) return state as SavedState;
  } catch {
    // Not JSON: the same message.
  }
  throw new Error(
    `${path} is not a state of the local Stripe. Name another file, or delete it to start without a state.`,
  );
}

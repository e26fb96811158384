/** How deliveries go wrong, on purpose. */
export interface Misbehavior {
  /** How often each event is sent. */
  readonly copies: number;
  /** Whether copies, and the events of a shuffled window, are sent at the same instant instead of one by one. */
  readonly atOnce: boolean;
  readonly delayMs: number;
  /** How long events are collected, to be sent in a random order; 0 sends each as it comes. */
  readonly shuffleMs: number;
  /** Makes what is random the same each time. */
  readonly seed: number | null;
  /** So many of the next deliveries are never tried, */
  readonly dropNext: number;
  /** and so many in a hundred of the others. */
  readonly dropPercent: number;
}

export const usualBehavior: Misbehavior = {
  copies: 1,
  atOnce: false,
  delayMs: 0,
  shuffleMs: 0,
  seed: null,
  dropNext: 0,
  dropPercent: 0,
};

/** Decides by a misbehavior what happens to each delivery. */
export class Mischief {
  private readonly random: () => number;
  private dropsLeft: number;

  constructor(readonly behavior: Misbehavior) {
    this.random = behavior.seed === null ? Math.random : createRandom(behavior.seed);
    this.dropsLeft = behavior.dropNext;
  }

  /** Whether the next delivery is lost. */
  drops(): boolean {
    if (this.dropsLeft <= 0) return this.random() * 100 < this.behavior.dropPercent;
    this.dropsLeft -= 1;
    return true;
  }

  shuffled<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.random() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
  }
}

/** Numbers from 0 to 1 that follow from a seed: mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

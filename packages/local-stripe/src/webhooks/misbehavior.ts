/** How deliveries misbehave, on purpose. */
export interface Misbehavior {
  /** How many times each event is sent. */
  readonly copies: number;
  /** Whether copies and shuffled events are sent in parallel instead of one by one. */
  readonly atOnce: boolean;
  readonly delayMs: number;
  /** How long events are collected before they are sent in random order. 0 sends each immediately. */
  readonly shuffleMs: number;
  /** Makes the randomness repeatable. */
  readonly seed: number | null;
  /** How many of the next deliveries are lost. */
  readonly dropNext: number;
  /** The percentage of later deliveries that is lost. */
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

/** Decides what happens to each delivery. */
export class Mischief {
  private readonly random: () => number;
  private dropsLeft: number;

  constructor(readonly behavior: Misbehavior) {
    this.random = behavior.seed === null ? Math.random : createRandom(behavior.seed);
    this.dropsLeft = behavior.dropNext;
  }

  /** Whether to lose the next delivery. */
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

/** A seeded random generator, mulberry32: numbers from 0 to 1. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

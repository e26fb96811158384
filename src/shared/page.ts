export interface PageRequest {
  readonly first: number;
  /** The key of the last item of the previous page. */
  readonly after?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  /** What the next page continues after, where it is not the last item. */
  readonly end?: T | undefined;
}

/** @param found at most one item more than the page holds, which shows that another page follows */
export function toPage<T>(found: readonly T[], first: number): Page<T> {
  return { items: found.slice(0, first), hasNextPage: found.length > first };
}

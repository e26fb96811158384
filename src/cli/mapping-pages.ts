import type { CustomerDirectory, CustomerMapping } from '../customers/customer-directory.ts';

export type MappingPages = AsyncGenerator<readonly CustomerMapping[]>;

/** How many mappings are in memory at a time. */
const pageSize = 500;

/** Every mapping after this user, in the order of user ids. No page is empty. */
export async function* readMappingPages(directory: CustomerDirectory, after?: string): MappingPages {
  for (let last = after; ;) {
    const { mappings, hasNextPage } = await directory.list({ first: pageSize, after: last });
    if (mappings.length > 0) yield mappings;
    if (!hasNextPage) return;
    last = mappings.at(-1)?.userId;
  }
}

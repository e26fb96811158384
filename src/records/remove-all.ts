/** Removes from a store that removes a limited number at a time, and tells how many that were. */
export async function removeAll(removeSome: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (let count = 1; count > 0; removed += count) count = await removeSome();
  return removed;
}

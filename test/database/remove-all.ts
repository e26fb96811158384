/** Repeats a batch removal until nothing is left, and returns how many records were removed. */
export async function removeAll(removeSome: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (let count = 1; count > 0; removed += count) count = await removeSome();
  return removed;
}

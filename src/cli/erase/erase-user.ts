import type { Feature, Features } from '../../app.ts';
import type { Erasure } from '../../shared/erasure.ts';

/** Removes everything that is kept about a user: the sum over the features. */
export async function eraseUser(
  { customers, ...others }: Features,
  userId: string,
): Promise<Required<Erasure>> {
  const mapping = await customers.directory.findByUserId(userId);
  const user = { userId, stripeCustomerId: mapping?.stripeCustomerId ?? null };
  const erasures: Erasure[] = [];
  // The mapping goes last: after a stop halfway, it still says which customer the other features look for.
  for (const feature of [...Object.values<Feature>(others), customers]) {
    if (feature.eraseUser !== undefined) erasures.push(await feature.eraseUser(user));
  }
  return {
    removed: erasures.flatMap(({ removed }) => removed),
    stripeCustomerIds: erasures.flatMap(({ stripeCustomerIds = [] }) => stripeCustomerIds),
  };
}

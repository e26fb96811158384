import type { Features } from '../../app.ts';
import type { Feature } from '../../platform.ts';
import type { Erasure } from '../../shared/erasure.ts';

/** Removes all data about a user, feature by feature. */
export async function eraseUser(
  { customers, ...others }: Features,
  userId: string,
): Promise<Required<Erasure>> {
  const mapping = await customers.directory.findByUserId(userId);
  const user = { userId, stripeCustomerId: mapping?.stripeCustomerId ?? null };
  const erasures: Erasure[] = [];
  // The mapping goes last: if the command stops halfway, the next run still finds the customer by it.
  for (const feature of [...Object.values<Feature>(others), customers]) {
    if (feature.eraseUser !== undefined) erasures.push(await feature.eraseUser(user));
  }
  return {
    removed: erasures.flatMap(({ removed }) => removed),
    stripeCustomerIds: erasures.flatMap(({ stripeCustomerIds = [] }) => stripeCustomerIds),
  };
}

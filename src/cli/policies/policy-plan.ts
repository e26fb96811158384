import type { ConfigurationChange } from '../../configurations/configuration-changes.ts';
import { listChanges, listEdits } from '../../configurations/configuration-changes.ts';
import { type CompiledPolicy, compilePolicy } from '../../policies/compile-policy.ts';
import { type Configuration, findByHash, readMark } from '../../configurations/managed-configuration.ts';
import { type PolicySet, listPolicies } from '../../policies/policy-set.ts';

/** What has to happen at Stripe before sessions can use a policy as the file defines it. */
export type PlannedAction = 'create' | 'activate' | 'restore' | 'none';

export interface PlannedPolicy {
  readonly wanted: CompiledPolicy;
  readonly action: PlannedAction;
  /** The existing configuration; null when it has to be created. */
  readonly id: string | null;
  /** The policy's earlier configuration, when a new one has to be created. */
  readonly previousId: string | null;
  /** The differences from the earlier configuration, or the edits at Stripe. */
  readonly changes: readonly ConfigurationChange[];
}

/** An active configuration that no policy of the file compiles to. */
export interface SpareConfiguration {
  readonly id: string;
  /** Null when the configuration narrows one that no policy made. */
  readonly policyName: string | null;
  /** Whether it narrows a policy of the file, so that clients may still choose it. */
  readonly offered: boolean;
  readonly usedAt: Date;
  readonly hasLoginPage: boolean;
}

/** @param own every configuration of the namespace, with its products */
export function planPolicies(set: PolicySet, own: readonly Configuration[]): PlannedPolicy[] {
  return listPolicies(set).map((policy) => planPolicy(compilePolicy(policy), own));
}

function planPolicy(wanted: CompiledPolicy, own: readonly Configuration[]): PlannedPolicy {
  const found = findByHash(own, wanted.hash);
  if (found === null) {
    const previous = findPrevious(wanted, own);
    const changes = previous === null ? [] : listChanges(previous, wanted.content);
    return { wanted, action: 'create', id: null, previousId: previous?.id ?? null, changes };
  }
  const changes = listEdits(found, wanted.content);
  const usable = changes.length > 0 ? 'restore' : 'none';
  return { wanted, action: found.active ? usable : 'activate', id: found.id, previousId: null, changes };
}

function findPrevious({ policyName }: CompiledPolicy, own: readonly Configuration[]): Configuration | null {
  const marked = own.flatMap((configuration) => {
    const mark = readMark(configuration);
    return mark?.policyName === policyName && mark.narrowedFrom === null ? [{ configuration, ...mark }] : [];
  });
  const [latest] = marked.sort(
    (a, b) =>
      Number(b.configuration.active) - Number(a.configuration.active) ||
      b.usedAt.getTime() - a.usedAt.getTime(),
  );
  return latest?.configuration ?? null;
}

/** Never lists the account's default configuration. */
export function listSpares(set: PolicySet, own: readonly Configuration[]): SpareConfiguration[] {
  const hashes = new Set(listPolicies(set).map((policy) => compilePolicy(policy).hash));
  const inUse = new Set([...hashes].map((hash) => findByHash(own, hash)?.id));
  return own
    .filter(({ id, active, is_default }) => active && !is_default && !inUse.has(id))
    .flatMap((configuration) => {
      const mark = readMark(configuration);
      if (mark === null) return [];
      const { policyName, narrowedFrom, usedAt } = mark;
      const offered = narrowedFrom !== null && hashes.has(narrowedFrom);
      const hasLoginPage = configuration.login_page.enabled;
      return [{ id: configuration.id, policyName, offered, usedAt, hasLoginPage }];
    });
}

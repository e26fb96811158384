import type { ConfigurationChange } from '../../configurations/configuration-changes.ts';
import { listChanges, listEdits } from '../../configurations/configuration-changes.ts';
import { type Configuration, findByHash, readMark } from '../../configurations/managed-configuration.ts';
import type { CompiledPolicy, Policy } from '../../policies/policy-set.ts';

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

/** @param own every configuration of the namespace, with its products */
export function planPolicies(policies: readonly Policy[], own: readonly Configuration[]): PlannedPolicy[] {
  return policies.map(({ compiled }) => planPolicy(compiled, own));
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
    if (mark?.policyName !== policyName || mark.narrowedFrom !== null) return [];
    return [{ configuration, isActive: Number(configuration.active), usedAt: mark.usedAt.getTime() }];
  });
  const [latest] = marked.sort((a, b) => b.isActive - a.isActive || b.usedAt - a.usedAt);
  return latest?.configuration ?? null;
}

/** An active configuration that no policy of the file compiles to. */
interface SpareConfiguration {
  readonly id: string;
  /** Null when the configuration narrows one that no policy made. */
  readonly policy: string | null;
  readonly usedAt: Date;
  /** Whether it narrows a policy of the file, so that clients may still choose it. */
  readonly offered: boolean;
  readonly hasLoginPage: boolean;
}

/**
 * Never lists the account's default configuration.
 * @param policies of the file; without a file there are none, and only copies of configurations without a policy are listed
 */
export function listSpares(policies: readonly Policy[], own: readonly Configuration[]): SpareConfiguration[] {
  const hashes = new Set(policies.map(({ compiled }) => compiled.hash));
  const inUse = new Set([...hashes].map((hash) => findByHash(own, hash)?.id));
  return own.flatMap((configuration) => {
    const { id, active, is_default: isDefault, login_page: loginPage } = configuration;
    const mark = readMark(configuration);
    if (!active || isDefault || inUse.has(id) || mark === null) return [];
    const { policyName: policy, narrowedFrom, usedAt } = mark;
    if (policies.length === 0 && policy !== null) return [];
    const offered = narrowedFrom !== null && hashes.has(narrowedFrom);
    return [{ id, policy, usedAt, offered, hasLoginPage: loginPage.enabled }];
  });
}

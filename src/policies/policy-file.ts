import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { z } from 'zod';
import { type PolicyFault, findRefusals } from './policy-checks.ts';
import { type PolicyDraft, type PolicyFile, policyFileSchema } from './policy-file.schema.ts';

/** A policy with everything it extends filled in. */
export interface Policy extends Omit<PolicyDraft, 'extends'> {
  readonly name: string;
}

/** The rules of a policy file, and the policies they choose from. */
export interface PolicySet {
  readonly policies: ReadonlyMap<string, Policy>;
  readonly rules: readonly { readonly when: PolicyFile['rules'][number]['when']; readonly policy: Policy }[];
  readonly default: Policy;
  readonly strictest: Policy;
}

/** A policy file that cannot be used: every fault, with the file, the path in it and what was expected. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';

  constructor(
    file: string,
    readonly faults: readonly PolicyFault[],
  ) {
    super(
      [
        `The policy file ${file} has faults:`,
        ...faults.map(({ path, expected }) => `  ${path}: ${expected}`),
      ].join('\n'),
    );
  }
}

/** @throws PolicyFileError */
export async function loadPolicyFile(path: string): Promise<PolicySet> {
  return parsePolicyFile(path, await readPolicyText(path));
}

async function readPolicyText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new PolicyFileError(path, [{ path: '(file)', expected: 'a file that can be read' }]);
  }
}

/**
 * Reads policies from YAML, of which JSON is a part.
 * @param file how messages name the text
 * @throws PolicyFileError
 */
export function parsePolicyFile(file: string, text: string): PolicySet {
  const result = policyFileSchema.safeParse(parseYaml(file, text));
  if (!result.success) throw new PolicyFileError(file, result.error.issues.map(toFault));
  const faults: PolicyFault[] = [];
  const set = resolve(result.data, faults);
  if (faults.length > 0) throw new PolicyFileError(file, faults);
  return set;
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch (error) {
    const [reason = 'not YAML'] = error instanceof Error ? error.message.split('\n') : [];
    throw new PolicyFileError(file, [{ path: '(file)', expected: `YAML or JSON; ${reason}` }]);
  }
}

function toFault({ path, message }: z.core.$ZodIssue): PolicyFault {
  return { path: path.join('.') || '(top)', expected: message };
}

type Drafts = ReadonlyMap<string, PolicyDraft>;

function resolve(file: PolicyFile, faults: PolicyFault[]): PolicySet {
  const drafts: Drafts = new Map(Object.entries(file.policies));
  const policies = new Map<string, Policy>();
  for (const name of drafts.keys()) {
    const { extends: base, ...content } = fillIn(drafts, [name], faults);
    faults.push(
      ...findRefusals(content).map((fault) => ({ ...fault, path: `policies.${name}.${fault.path}` })),
    );
    policies.set(name, { name, ...content });
  }
  const find = (name: string, path: string): Policy => {
    const policy = policies.get(name);
    if (policy === undefined)
      faults.push({ path, expected: `one of ${[...policies.keys()].join(', ')}, not "${name}"` });
    return policy ?? { name };
  };
  return {
    policies,
    rules: file.rules.map(({ when, use }, index) => ({ when, policy: find(use, `rules.${index}.use`) })),
    default: find(file.default, 'default'),
    strictest: find(file.strictest, 'strictest'),
  };
}

/** The last of the names, over what it extends. The names before it led here: meeting one again is a circle. */
function fillIn(drafts: Drafts, names: readonly string[], faults: PolicyFault[]): PolicyDraft {
  const name = names.at(-1) ?? '';
  const draft = drafts.get(name) ?? {};
  if (draft.extends === undefined) return draft;
  const path = `policies.${name}.extends`;
  if (!drafts.has(draft.extends)) {
    faults.push({ path, expected: `the name of a policy, not "${draft.extends}"` });
    return draft;
  }
  if (names.includes(draft.extends)) {
    faults.push({ path, expected: `no circle: ${[...names, draft.extends].join(' → ')}` });
    return draft;
  }
  return merge(fillIn(drafts, [...names, draft.extends], faults), draft);
}

/** Objects are merged field by field; lists and single values are replaced. */
function merge(base: object, over: object): object {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isPlainObject(before) && isPlainObject(value) ? merge(before, value) : value;
  }
  return merged;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

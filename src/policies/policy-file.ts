import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type * as z from 'zod';
import type { FieldFault } from '../configurations/configuration-checks.ts';
import { type AllowedReturnUrl, ReturnUrls } from '../return-urls/return-urls.ts';
import { SetupError } from '../shared/errors.ts';
import { type PolicyFile, policyFileSchema } from './policy-file.schema.ts';
import { type PolicySet, createPolicySet } from './policy-set.ts';

export class PolicyFileError extends SetupError {
  override readonly name = 'PolicyFileError';

  constructor(
    file: string,
    readonly faults: readonly FieldFault[],
  ) {
    const lines = faults.map(({ path, expected }) => `  ${path}: expected ${expected}`);
    super([`Invalid policy file ${file}:`, ...lines].join('\n'));
  }
}

/** @param allowed RETURN_URLS; without entries, return URLs are not checked. @throws PolicyFileError */
export async function loadPolicyFile(
  path: string,
  allowed: readonly AllowedReturnUrl[] = [],
): Promise<PolicySet> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new PolicyFileError(path, [{ path: '(file)', expected: 'a file that can be read' }]);
  });
  // What is not UTF-8 is read as this character.
  if (text.includes('\ufffd')) throw new PolicyFileError(path, [{ path: '(file)', expected: 'UTF-8' }]);
  return parsePolicyFile(path, text, allowed);
}

/** Reads YAML, of which JSON is a part. @param file how messages name the text. @throws PolicyFileError */
export function parsePolicyFile(
  file: string,
  text: string,
  allowed: readonly AllowedReturnUrl[] = [],
): PolicySet {
  const content = parseYaml(file, text);
  const result = policyFileSchema.safeParse(content);
  const faults = result.error?.issues.flatMap(toFaults) ?? [];
  // The schema drops a field of this name silently, and a condition on it would match every user.
  if (text.includes('__proto__')) faults.push({ path: '(file)', expected: 'no name __proto__' });
  if (result.success && allowed.length > 0)
    faults.push(...findReturnUrlFaults(result.data, new ReturnUrls(allowed)));
  const set = result.success ? createPolicySet(result.data, faults) : null;
  if (set === null || faults.length > 0) throw new PolicyFileError(file, faults);
  return set;
}

function parseYaml(file: string, text: string): unknown {
  try {
    const document = parseDocument(text);
    // After a warning, the content is not what was meant: an unknown tag, such as `!env NAME`, would be dropped.
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) throw fault;
    return document.toJS();
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
    throw new PolicyFileError(file, [{ path: '(file)', expected: `YAML or JSON: ${reason}` }]);
  }
}

function findReturnUrlFaults({ policies }: PolicyFile, returnUrls: ReturnUrls): FieldFault[] {
  return Object.entries(policies).flatMap(([name, { default_return_url: url }]) => {
    try {
      if (url !== undefined) returnUrls.getAllowed(url);
      return [];
    } catch {
      return [{ path: `policies.${name}.default_return_url`, expected: 'a URL within RETURN_URLS' }];
    }
  });
}

function toFaults(issue: z.core.$ZodIssue): FieldFault[] {
  const path = issue.path.join('.') || '(top)';
  if (issue.code === 'unrecognized_keys') {
    const expected = 'no such field; see policies.schema.json for those there are';
    return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), expected }));
  }
  const { message } = issue.code === 'invalid_key' ? (issue.issues[0] ?? issue) : issue;
  return [{ path, expected: message.replace(/^.*?\bexpected /, '') }];
}

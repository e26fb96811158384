import type { FieldFault } from '../configurations/configuration-checks.ts';

/**
 * Lists every fault of a policy file: its path in the file, and what was expected there. The error has a file of its own, so
 * that commands can recognize it without loading the schema of policy files.
 */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';

  constructor(
    file: string,
    readonly faults: readonly FieldFault[],
  ) {
    super(
      [
        `Invalid policy file ${file}:`,
        ...faults.map(({ path, expected }) => `  ${path}: expected ${expected}`),
      ].join('\n'),
    );
  }
}

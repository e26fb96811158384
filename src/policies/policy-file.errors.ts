import type { FieldFault } from '../configurations/configuration-checks.ts';

/** A policy file that cannot be used: every fault, with the file, the path in it and what was expected. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';

  constructor(
    file: string,
    readonly faults: readonly FieldFault[],
  ) {
    super(
      [
        `The policy file ${file} has faults:`,
        ...faults.map(({ path, expected }) => `  ${path}: expected ${expected}`),
      ].join('\n'),
    );
  }
}

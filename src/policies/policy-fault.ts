/** Where in a policy file something is wrong, and what was expected. */
export interface PolicyFault {
  readonly path: string;
  readonly expected: string;
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
        ...faults.map(({ path, expected }) => `  ${path}: expected ${expected}`),
      ].join('\n'),
    );
  }
}

// npm run docs: writes the lists of variables, error codes and commands from .env.example and the code. With --check it
// writes nothing and fails when a document is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Command } from 'commander';
import { format } from 'prettier';
import { createProgram } from '../src/cli/program.ts';
import { errorStatuses } from '../src/shared/errors.ts';
import { createOpenApi } from './openapi.ts';

type DescribedErrors = Readonly<
  Record<string, { readonly when: string; readonly graphql: number; readonly rest: number | null }>
>;

/** Codes that Apollo Server sends, and the code of a masked error. REST has no counterpart where the status is null. */
const otherErrors: DescribedErrors = {
  GRAPHQL_PARSE_FAILED: { when: 'the operation is not valid GraphQL', graphql: 400, rest: null },
  GRAPHQL_VALIDATION_FAILED: { when: 'the operation does not fit the schema', graphql: 400, rest: null },
  OPERATION_RESOLUTION_FAILURE: {
    when: '`operationName` names no operation of the document',
    graphql: 400,
    rest: null,
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    when: 'a hash was sent in place of the operation; send the operation',
    graphql: 200,
    rest: null,
  },
  INTERNAL_SERVER_ERROR: {
    when: 'anything else; report it with the `x-request-id` header',
    graphql: 200,
    rest: 500,
  },
};

const documents: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': describeVariables,
  'docs/errors.md': describeErrors,
  'docs/cli.md': describeCommands,
};

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
await writeOpenApi();
for (const [file, describe] of Object.entries(documents)) {
  const text = readFileSync(file, 'utf8');
  const [before = '', rest = ''] = text.split('<!-- generated -->');
  const [, after = ''] = rest.split('<!-- /generated -->');
  const wanted = await format(`${before}<!-- generated -->\n\n${describe()}\n<!-- /generated -->${after}`, {
    parser: 'markdown',
    printWidth: 110,
    singleQuote: true,
  });
  writeIfNew(file, text, wanted);
}

async function writeOpenApi(): Promise<void> {
  const file = 'docs/openapi.json';
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const wanted = await format(JSON.stringify(createOpenApi(version)), { parser: 'json', printWidth: 110 });
  writeIfNew(file, existsSync(file) ? readFileSync(file, 'utf8') : '', wanted);
}

function writeIfNew(file: string, text: string, wanted: string): void {
  if (wanted === text) return;
  if (values.check) {
    process.stderr.write(`${file} is out of date: run npm run docs\n`);
    process.exitCode = 1;
  } else writeFileSync(file, wanted);
}

/** `.env.example` is tested to name every variable that the code reads, with its default. */
function describeVariables(): string {
  const groups = readFileSync('.env.example', 'utf8')
    .split(/^# ── (.*?) ─+$/m)
    .slice(1);
  const parts: string[] = [];
  for (let at = 0; at < groups.length; at += 2) {
    parts.push(`## ${groups[at] ?? ''}\n\n${describeGroup(groups[at + 1] ?? '')}`);
  }
  return parts.join('\n');
}

function describeGroup(text: string): string {
  const lines: string[] = [];
  let comment: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) comment.push(line.slice(2));
    else if (!/^\w+=/.test(line)) comment = [];
    else {
      const shown = line.replace(/=$/, '');
      lines.push(`- \`${shown}\`: ${comment.join(' ').replaceAll('<', '\\<')}\n`);
      comment = [];
    }
  }
  return lines.join('');
}

function describeErrors(): string {
  const all: DescribedErrors = { ...errorStatuses, ...otherErrors };
  return Object.entries(all)
    .map(([code, { when, graphql, rest }]) => {
      const status = rest === null || rest === graphql ? String(graphql) : `${graphql}/${rest}`;
      return `- \`${code}\` (${status}): ${when}\n`;
    })
    .join('');
}

function describeCommands(): string {
  const nothing = { write: () => true };
  const program = createProgram({
    stdout: nothing,
    stderr: nothing,
    loadEnvironment: () => ({}),
  } as unknown as Parameters<typeof createProgram>[0]);
  return program.commands.flatMap((command) => describeCommand(command, '')).join('');
}

/** The options' descriptions are in the command's `--help`. */
function describeCommand(command: Command, parent: string): string[] {
  if (command.name() === 'help') return [];
  const name = `${parent}${command.name()}`;
  if (command.commands.length > 0)
    return command.commands.flatMap((each) => describeCommand(each, `${name} `));
  const args = command.registeredArguments.map((each) =>
    each.required ? `<${each.name()}>` : `[${each.name()}]`,
  );
  const options =
    command.options.length > 4
      ? ['[options]']
      : command.options.map(({ flags, mandatory }) => (mandatory ? flags : `[${flags}]`));
  return [`- \`${[name, ...args, ...options].join(' ')}\`: ${command.description()}\n`];
}

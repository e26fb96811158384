import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const folders = ['.', 'docs', ...listFolders('packages'), ...listFolders('examples')];
const pages = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

function listFolders(parent: string): string[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(parent, name));
}

const fence = /^ *(```+)[^\n]*\n[\s\S]*?^ *\1 *$/gm;

function readProse(path: string): string {
  return readFileSync(path, 'utf8').replace(fence, '');
}

/** Where the page links to within this repository. An address has a scheme. */
function listLinks(page: string): string[] {
  return [...readProse(join(root, page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub gives a page's headings. */
function listAnchors(path: string): string[] {
  const headings = [...readProse(path).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text);
  return headings.map((text) =>
    text
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function findFault(page: string, link: string): string | null {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(target)) return `${link}: no such file`;
  if (anchor === undefined || listAnchors(target).includes(anchor)) return null;
  return `${link}: ${relative(root, target)} has no such heading`;
}

test.each(pages)('every relative link in %s leads to a file and a heading that exist', (page) => {
  expect(listLinks(page).flatMap((link) => findFault(page, link) ?? [])).toEqual([]);
});

test('the pages were found', () => {
  expect(pages).toEqual(
    expect.arrayContaining(['README.md', 'docs/webhooks.md', 'packages/client/README.md']),
  );
});

test.each(pages)('no command in %s ends with a comment, which zsh would pass to the command', (page) => {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/^( *)```sh\n([\s\S]*?)^\1```/gm);
  const lines = [...blocks].flatMap(([, , block = '']) => block.split('\n'));
  expect(lines.filter((line) => / *[^# ].* # /.test(line))).toEqual([]);
});

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });

test('every file and folder that docs/architecture.md names exists', () => {
  const names = [...readProse(join(root, 'docs/architecture.md')).matchAll(/`([\w./-]+(?:\.ts|\/))`/g)].map(
    ([, name = '']) => name.replace(/\/$/, ''),
  );
  const exists = (name: string): boolean =>
    existsSync(join(root, name)) || sources.some((path) => `/${path}`.endsWith(`/${name}`));

  expect(names).toContain('app.ts');
  expect(names.filter((name) => !exists(name))).toEqual([]);
});

// In the README of a package, `src/` is the reader's own.
const ownPages = pages.filter((page) => !page.startsWith('packages/'));

test.each(ownPages)('every path in src, test and packages that %s names exists', (page) => {
  const names = [...readProse(join(root, page)).matchAll(/`((?:src|test|packages)\/[\w./-]*)`/g)].map(
    ([, name = '']) => name,
  );
  expect(names.filter((name) => !existsSync(join(root, name)))).toEqual([]);
});

test("a rollout of docs/kubernetes.yaml stays within Stripe's limit at one endpoint", () => {
  const text = readFileSync(join(root, 'docs/kubernetes.yaml'), 'utf8');
  const read = (field: string): number => Number(new RegExp(`\\b${field}: '?(\\d+)`).exec(text)?.[1]);
  expect(read('STRIPE_RATE_LIMIT') * (read('replicas') + read('maxSurge'))).toBeLessThanOrEqual(25);
});

test('the log texts that docs/observability.md and docs/alerts.yml quote are in the code', () => {
  const guide = readProse(join(root, 'docs/observability.md'));
  const section = guide.slice(guide.indexOf('## Log'));
  const alerts = readFileSync(join(root, 'docs/alerts.yml'), 'utf8');
  const quotes = [
    ...section.matchAll(/`([a-z]+(?: [a-z]+)+)(?:: …)?`/g),
    ...alerts.matchAll(/lines "([a-z ]+)"/g),
  ].map(([, text = '']) => text);
  const code = sources
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
    .join('\n');

  expect(quotes).toContain('token refused');
  expect(quotes.filter((text) => !code.includes(`'${text}`))).toEqual([]);
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { closeAfterTests } from '../helpers/closing.ts';
import { describeWithPart, findOnPath } from '../helpers/real-parts.ts';

const screenshots = join(import.meta.dirname, '../../output/screenshots');

const phone = { viewport: { width: 390, height: 844 } };

/** How a page is looked at. Every check of looks and access is made in each. */
export const looks: readonly (readonly [string, BrowserContextOptions])[] = [
  ['on a desk', {}],
  ['in the dark', { colorScheme: 'dark' }],
  ['on a phone', phone],
  ['on a phone in the dark', { ...phone, colorScheme: 'dark' }],
];

export interface BrowserDriver {
  /** Opens a page in a profile of its own, which nothing else shares. */
  openPage(options?: BrowserContextOptions): Promise<Page>;
}

const browsers = ['chromium', 'google-chrome'];

/**
 * Describes what is seen in a real browser: Chromium, which is skipped loudly where there is none. Its form without
 * windows takes a third of the CPU and has no back-forward cache.
 */
export function describeInBrowser(
  title: string,
  define: (driver: BrowserDriver) => void,
  programs = ['chromium-headless-shell', ...browsers],
): void {
  const path = programs.map(findOnPath).find((found) => found !== null) ?? null;
  describeWithPart(title, path, 'run .ci/parts/chromium.sh, or install Chromium', (executablePath) => {
    let browser: Promise<Browser> | null = null;
    closeAfterTests(async () => (await browser)?.close());
    define({
      openPage: async (options = {}) => {
        browser ??= launch(executablePath);
        const context = await (
          await browser
        ).newContext({
          locale: 'en-US',
          timezoneId: 'UTC',
          viewport: { width: 1280, height: 900 },
          reducedMotion: 'reduce',
          ...options,
        });
        const page = await context.newPage();
        page.setDefaultTimeout(15_000);
        return page;
      },
    });
  });
}

/** For what needs the back-forward cache: "back" shows a page as it was left. */
export function describeInFullBrowser(title: string, define: (driver: BrowserDriver) => void): void {
  describeInBrowser(title, define, browsers);
}

function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // "Back" shows pages as they were left, as it does for people.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--no-first-run',
      // Chromium's sandbox does not start for root, as whom containers run.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
}

/** Keeps a picture as build output; the README's are taken from there. */
export async function capture(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' });
}

/** What axe finds of serious and critical faults, each with the elements at fault; none in an accessible page. */
export async function findAccessFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<axe.AxeResults> } }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** By how many pixels a page is wider than its window; 0 when nothing has to be scrolled sideways. */
export function measureOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

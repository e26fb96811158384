import { beforeAll, describe, expect, test } from '@jest/globals';
import { seedDemoData } from '../../packages/local-stripe/src/demo-data.ts';
import { type TestApp, createTestApp } from '../helpers/test-app.ts';
import { describeInFullBrowser } from './browser.ts';
import { type GuideProject, createGuideProject } from './guide-project.ts';

const projects: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>])[] = [
  ['Apollo Client 4', ['main.ts', 'main.tsx', 'main-urql.tsx', 'fetch.ts'], {}],
  ['Apollo Client 3.8', ['main.tsx'], { '@apollo/client': 'apollo-client-3' }],
];

describe.each(projects)('%s', (version, names, aliases) => {
  describeInFullBrowser(
    `the guide, in an empty Vite project with the packed package and ${version}`,
    (driver) => {
      let project: GuideProject;
      let app: TestApp;

      beforeAll(async () => {
        const entries = names.map((name) => `src/${name}`);
        project = await createGuideProject(entries, aliases);
        app = await createTestApp({ RETURN_URLS: project.url, CORS_ORIGINS: project.url });
        await app.link('ada', (await seedDemoData(app.sdk)).customerId);
        await project.build(`${app.url}/graphql`);
      }, 120_000);

      test.each(names)('ends with a button that opens the portal: %s', async (name) => {
        const page = await driver.openPage();
        const token = await app.createToken({ userId: 'ada' });
        await page.addInitScript((text) => localStorage.setItem('token', text), token);
        const refused: string[] = [];
        page.on('response', (response) => {
          if (response.url().startsWith(app.url) && !response.ok()) refused.push(response.url());
        });
        await page.goto(`${project.url}/${name}.html`);
        await page.getByRole('button', { name: 'Manage billing' }).click();
        await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
        await page.getByRole('link', { name: 'Return to Acme' }).click();
        await page.getByRole('button', { name: 'Manage billing' }).waitFor();
        expect(page.url()).toMatch(`${project.url}/${name}.html`);
        expect(refused).toEqual([]);
      });

      test.each(names)('is a button again after the browser’s “back”: %s', async (name) => {
        const page = await driver.openPage();
        const token = await app.createToken({ userId: 'ada' });
        await page.addInitScript((text) => localStorage.setItem('token', text), token);
        await page.goto(`${project.url}/${name}.html`);
        const button = page.getByRole('button', { name: 'Manage billing' });
        await button.click();
        await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
        await page.goBack({ waitUntil: 'commit' });
        await button.click();
        await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor();
      });

      test.each(names)('says once that there is no network: %s', async (name) => {
        const page = await driver.openPage();
        await page.route(`${app.url}/**`, (route) => route.abort('connectionrefused'));
        await page.goto(`${project.url}/${name}.html`);
        const button = page.getByRole('button', { name: 'Manage billing' });
        const clickInVain = async (): Promise<void> => {
          await Promise.all([page.waitForEvent('requestfailed'), button.click()]);
          await page.getByText('We could not be reached').first().waitFor();
        };
        await clickInVain();
        await clickInVain();
        expect(await page.getByRole('alert').allInnerTexts()).toEqual([
          'We could not be reached. Check your connection, then try again.',
        ]);
      });

      test.each(names)('says why when it cannot: %s', async (name) => {
        const page = await driver.openPage();
        const token = await app.createToken({ userId: 'nobody' });
        await page.addInitScript((text) => localStorage.setItem('token', text), token);
        await page.goto(`${project.url}/${name}.html`);
        await page.getByRole('button', { name: 'Manage billing' }).click();
        await page.getByText(/no (billing account|Stripe customer)|not linked|no customer/i).waitFor();
      });
    },
  );
});

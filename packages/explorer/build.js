import { buildPage } from '../../scripts/build-page.js';

await buildPage({ page: 'packages/explorer', outDir: 'dist/explorer' });

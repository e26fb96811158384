import { buildPage } from '../../scripts/build-page.js';

await buildPage({ page: 'src/explorer', outDir: 'dist/explorer' });

import { buildPage } from '../../scripts/build-page.js';

await buildPage({ page: 'examples/web', outDir: 'dist/web', alsoFrom: ['packages/client/src'] });

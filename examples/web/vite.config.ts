import { defineConfig } from 'vite';

export default defineConfig({
  resolve: {
    // The paths of tsconfig.json: only here, beside the package's own source.
    tsconfigPaths: true,
  },
});

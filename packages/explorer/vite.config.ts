import { defineConfig } from 'vite';

export default defineConfig({
  // The page finds its files wherever a proxy has put it.
  base: './',
  worker: { format: 'es' },
  build: {
    assetsDir: 'explorer',
    chunkSizeWarningLimit: 4_000,
    rolldownOptions: {
      // Packages say "use client" to servers that render, and there is none.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});

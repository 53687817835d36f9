import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The grid and the charts are split from the shell, so that the login page loads neither.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    // Licence notices of bundled packages travel with the bundle.
    license: { fileName: 'licenses.md' },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'grid', test: /node_modules[\\/]ag-grid/ },
            { name: 'charts', test: /node_modules[\\/](echarts|zrender)/ },
            {
              name: 'kit',
              // First: React would otherwise go with the grid that needs it, and the login page with both.
              priority: 10,
              test: /node_modules[\\/](@mantine|react|react-dom|scheduler|@tanstack|@floating-ui)[\\/]/,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/v1': process.env['EVENKEEL_API'] ?? 'http://127.0.0.1:8080' },
  },
});

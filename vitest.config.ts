import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const node = (name: string, include: string[], options: { globalSetup?: string } = {}) => ({ extends: true as const, test: { name, include, ...options } });
/** These run what npm would install. */
const packed = { globalSetup: 'test/package/pack.ts' };

export default defineConfig({
  // The tests run what is shipped.
  resolve: { alias: { myelin: resolve('dist/index.js') } },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      node('unit', ['test/unit/**/*.test.ts']),
      node('golden', ['test/golden/**/*.test.ts']),
      node('e2e', ['test/e2e/**/*.test.ts']),
      node('docs', ['test/docs/**/*.test.ts']),
      node('tidy', ['test/tidy/**/*.test.ts']),
      node('platform', ['test/platform/**/*.test.ts'], packed),
      node('package', ['test/package/**/*.test.ts', 'test/types/**/*.test.ts'], packed),
    ],
  },
});

// Bundlers without any configuration: what they make of the tarball runs in Chromium, threads and all.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Browser, CHROMIUM, openPuppet } from '../platform/browser.js';
import { serve } from '../platform/serve.js';

const project = inject('project');
const source = `
import { layers, optimizers, runtime, sequential, setRandomSeed } from 'myelin';
const x = [[0, 0], [0, 1], [1, 0], [1, 1]];
setRandomSeed(1);
const net = sequential([layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1, activation: 'sigmoid' })])
  .compile({ optimizer: optimizers.adam({ learningRate: 0.1 }), loss: 'binaryCrossentropy' });
net.fit(x, [0, 1, 1, 0], { epochs: 300, batchSize: 4, verbose: 0 })
  .then(() => net.predict(x))
  .then(({ data }) => { document.title = JSON.stringify({ predicted: [...data].map(Math.round), threads: runtime().threads }); })
  .catch((error) => { document.title = JSON.stringify({ error: String(error) }); });
`;
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** A page that loads one script. */
function page(folder: string, script: string): void {
  writeFileSync(join(folder, 'index.html'), `<!doctype html><title>…</title><script type="module" src="${script}"></script>`);
}
function folderOf(name: string): string {
  const folder = join(project, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.js'), source);
  return folder;
}

const BUNDLERS: Record<string, (folder: string) => Promise<string>> = {
  async 'esbuild, one file'(folder) {
    await esbuild({ entryPoints: [join(folder, 'main.js')], bundle: true, format: 'esm', outfile: join(folder, 'out/main.js'), logLevel: 'error' });
    page(join(folder, 'out'), './main.js');
    return join(folder, 'out');
  },
  async 'esbuild, splitting'(folder) {
    await esbuild({ entryPoints: [join(folder, 'main.js')], bundle: true, minify: true, splitting: true, format: 'esm', outdir: join(folder, 'out'), logLevel: 'error' });
    page(join(folder, 'out'), './main.js');
    return join(folder, 'out');
  },
  async vite(folder) {
    page(folder, './main.js');
    await vite({ root: folder, logLevel: 'error', configFile: false });
    return join(folder, 'dist');
  },
};

describe.skipIf(!CHROMIUM)('bundled', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openPuppet('chromium');
  });
  afterAll(() => browser?.close());

  test.each(Object.entries(BUNDLERS))(
    'by %s',
    async (name, bundle) => {
      const out = await bundle(folderOf(name.replace(/\W+/g, '-')));
      expect(readdirSync(out)).toContain('index.html');
      const site = await serve(out, ISOLATED);
      try {
        const report = (await browser.report(`${site.url}index.html`)) as { predicted: number[]; threads: number };
        expect(report).toMatchObject({ predicted: [0, 1, 1, 0] });
        expect(report.threads).toBeGreaterThanOrEqual(1);
      } finally {
        site.close();
      }
    },
    60_000,
  );
});

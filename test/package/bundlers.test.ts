// Bundlers without any configuration: what they make of the tarball runs in Chromium, threads and all.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import * as vite8 from 'vite';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import webpack from 'webpack';
import { type Browser, CHROMIUM, openPuppet } from '../platform/browser.js';
import { ISOLATED, type Site, serve } from '../platform/serve.js';

const project = inject('project');
const source = `
import { init, layers, optimizers, runtime, sequential, setRandomSeed } from 'myelin';
const x = [[0, 0], [0, 1], [1, 0], [1, 1]];
setRandomSeed(1);
const net = sequential([layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1, activation: 'sigmoid' })])
  .compile({ optimizer: optimizers.adam({ learningRate: 0.1 }), loss: 'binaryCrossentropy' });
init({ threads: 2 })
  .then(() => net.fit(x, [0, 1, 1, 0], { epochs: 300, batchSize: 4, verbose: 0 }))
  .then(() => net.predict(x))
  .then(({ data }) => { document.title = JSON.stringify({ predicted: [...data].map(Math.round), threads: runtime().threads }); })
  .catch((error) => { document.title = JSON.stringify({ error: String(error) }); });
`;
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

type Vite = Pick<typeof vite8, 'build' | 'createServer'>;
/** Vite in other versions, where the set-up has put them. */
const OLD = ['vite5', 'vite6', 'vite7'];
const entry = (name: string) => resolve('.tools', name, 'node_modules/vite/dist/node/index.js');
const load = async (name: string): Promise<Vite> => (name === 'vite8' ? vite8 : ((await import(/* @vite-ignore */ pathToFileURL(entry(name)).href)) as Vite));

const viteBuild = (version: string) => async (folder: string) => {
  page(folder, './main.js');
  await (await load(version)).build({ root: folder, logLevel: 'error', configFile: false });
  return serve(join(folder, 'dist'), ISOLATED);
};
const viteServer = (version: string) => async (folder: string) => {
  page(folder, './main.js');
  // A cache of its own, or versions would find what others have left in node_modules.
  const server = await (await load(version)).createServer({
    root: folder,
    cacheDir: join(folder, '.cache'),
    logLevel: 'error',
    configFile: false,
    server: { headers: ISOLATED, port: 0, host: '127.0.0.1', fs: { strict: false } },
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0] as string;
  return { url, close: () => void server.close() };
};

const NEXT = resolve('.tools/next');
/** A page that is rendered on the server, with the import, before it trains in the browser. */
const nextPage = `'use client';
import { useEffect } from 'react';
${source.replace(/^net\.fit|^init\(/m, (call) => `const train = () => ${call}`)}
export default function Page() {
  useEffect(() => void train(), []);
  return <p>{runtime().state}</p>;
}
`;
/** Next takes what is below its own folder, so that the project stands there. */
async function next(): Promise<Site> {
  const folder = join(NEXT, 'project');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'app'), { recursive: true });
  cpSync(join(project, 'node_modules/myelin'), join(folder, 'node_modules/myelin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  writeFileSync(join(folder, 'next.config.mjs'), `export default { output: 'export', turbopack: { root: ${JSON.stringify(NEXT)} } };`);
  writeFileSync(join(folder, 'app/layout.js'), 'export default function Layout({ children }) { return <html><body>{children}</body></html>; }');
  writeFileSync(join(folder, 'app/page.js'), nextPage);
  await promisify(execFile)(process.execPath, [join(NEXT, 'node_modules/next/dist/bin/next'), 'build'], { cwd: folder, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' } });
  return serve(join(folder, 'out'), ISOLATED);
}

/** Serves what was written to a folder, with a page around it. */
function out(folder: string): Promise<Site> {
  page(join(folder, 'out'), './main.js');
  return serve(join(folder, 'out'), ISOLATED);
}

const CONSUMERS: Record<string, (folder: string) => Promise<Site>> = {
  async 'esbuild, one file'(folder) {
    await esbuild({ entryPoints: [join(folder, 'main.js')], bundle: true, format: 'esm', outfile: join(folder, 'out/main.js'), logLevel: 'error' });
    return out(folder);
  },
  async 'esbuild, splitting'(folder) {
    await esbuild({ entryPoints: [join(folder, 'main.js')], bundle: true, minify: true, splitting: true, format: 'esm', outdir: join(folder, 'out'), logLevel: 'error' });
    return out(folder);
  },
  async Rollup(folder) {
    // Rollup finds packages only with a plug-in.
    const find = { name: 'find', resolveId: (id: string) => (id === 'myelin' ? createRequire(join(folder, 'main.js')).resolve(id) : null) };
    const bundle = await rollup({ input: join(folder, 'main.js'), plugins: [find] });
    await bundle.write({ dir: join(folder, 'out'), format: 'es' });
    return out(folder);
  },
  async webpack(folder) {
    const options = { mode: 'production', entry: join(folder, 'main.js'), output: { path: join(folder, 'out') }, performance: false } as const;
    await new Promise<void>((done, fail) => {
      webpack(options, (error, stats) => (error || stats?.hasErrors() ? fail(error ?? new Error(stats?.toString())) : done()));
    });
    return out(folder);
  },
  async 'no bundler'(folder) {
    const target = join(folder, 'out');
    mkdirSync(target, { recursive: true });
    cpSync(join(project, 'node_modules/myelin/dist'), join(target, 'myelin'), { recursive: true });
    writeFileSync(join(target, 'main.js'), readFileSync(join(folder, 'main.js'), 'utf8').replace("'myelin'", "'./myelin/index.js'"));
    return out(folder);
  },
  Next: next,
  ...Object.fromEntries([...OLD, 'vite8'].map((version) => [`${version} build`, viteBuild(version)])),
  ...Object.fromEntries([...OLD, 'vite8'].map((version) => [`${version} server`, viteServer(version)])),
};

test('all bundlers are here', () => {
  expect([NEXT, ...OLD.map(entry)].filter((path) => !existsSync(path))).toEqual([]);
});

describe.skipIf(!CHROMIUM)('a page made without configuration trains on two threads', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openPuppet('chromium');
  });
  afterAll(() => browser?.close());

  const here = Object.entries(CONSUMERS).filter(([name]) => !OLD.some((old) => name.startsWith(old) && !existsSync(entry(old))) && (name !== 'Next' || existsSync(NEXT)));
  test.each(here)(
    'by %s',
    async (name, make) => {
      const site = await make(folderOf(name.replace(/\W+/g, '-')));
      try {
        expect(await browser.report(`${site.url}index.html`)).toEqual({ predicted: [0, 1, 1, 0], threads: 2 });
      } finally {
        site.close();
      }
    },
    60_000,
  );
});

// What a model costs a page that bundles it: unused layers, the reader of files and whatever is loaded later stay out.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build as esbuild, transform } from 'esbuild';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import { expect, inject, test } from 'vitest';
import webpack from 'webpack';

const project = inject('project');
const resolver = { name: 'installed', resolveId: (id: string) => (id.startsWith('myelin') ? createRequire(join(project, 'x.js')).resolve(id) : null) };

const NAMESPACE = "import { layers, sequential } from 'myelin';";
const SUBPATH = "import { sequential } from 'myelin'; import * as layers from 'myelin/layers';";
const MODEL = "export default sequential([layers.dense({ units: 1, inputShape: [2] })]).compile({ loss: 'mse' });";

/** A file of a bundle, and the files that are loaded with it. */
interface Part {
  readonly entry: boolean;
  readonly code: string | Uint8Array;
  readonly imports: readonly string[];
}
type Bundle = Record<string, Part>;

/** What is loaded before anything runs. */
function firstLoad(bundle: Bundle): readonly string[] {
  const seen = new Set<string>();
  const follow = (name: string) => {
    if (seen.has(name) || !bundle[name]) return;
    seen.add(name);
    bundle[name].imports.forEach(follow);
  };
  for (const name of Object.keys(bundle)) if (bundle[name]?.entry) follow(name);
  return [...seen].map((name) => Buffer.from((bundle[name] as Part).code).toString());
}

const BUNDLERS: Record<string, (file: string) => Promise<Bundle>> = {
  async esbuild(file) {
    const { outputFiles, metafile } = await esbuild({ entryPoints: [file], bundle: true, minify: true, splitting: true, format: 'esm', outdir: join(project, 'size'), write: false, metafile: true });
    const code = (name: string) => outputFiles.find(({ path }) => path.endsWith(`/${name.split('/').at(-1)}`))?.contents ?? '';
    const parts = Object.entries(metafile.outputs).map(([name, { entryPoint, imports }]) => {
      const loaded = imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path);
      return [name, { entry: !!entryPoint && file.endsWith(entryPoint.split('/').at(-1) as string), code: code(name), imports: loaded }] as const;
    });
    return Object.fromEntries(parts);
  },
  async Rollup(file) {
    const bundle = await rollup({ input: file, plugins: [resolver], treeshake: { moduleSideEffects: (id) => !id.includes('node_modules') } });
    const { output } = await bundle.generate({ format: 'es' });
    const parts = output.map(async (part) => {
      if (part.type === 'asset') throw new Error(`an asset: ${part.fileName}`);
      return [part.fileName, { entry: part.isEntry, code: (await transform(part.code, { minify: true })).code, imports: part.imports }] as const;
    });
    return Object.fromEntries(await Promise.all(parts));
  },
  async Vite(file) {
    const options = { input: file, preserveEntrySignatures: 'strict' as const };
    const built = await vite({ root: project, logLevel: 'error', configFile: false, build: { write: false, rolldownOptions: options, modulePreload: { polyfill: false } } });
    const { output } = built as Extract<typeof built, { output: unknown }>;
    return Object.fromEntries(output.map((part) => [part.fileName, part.type === 'asset' ? { entry: false, code: '', imports: [] } : { entry: part.isEntry, code: part.code, imports: part.imports }]));
  },
  async webpack(file) {
    const path = `${file}-webpack`;
    const output = { path, module: true, library: { type: 'module' } } as const;
    const stats = await new Promise<webpack.Stats>((done, fail) => {
      webpack({ mode: 'production', entry: file, experiments: { outputModule: true }, output, performance: false }, (error, result) =>
        error || !result || result.hasErrors() ? fail(error ?? new Error(result?.toString())) : done(result),
      );
    });
    const files = stats.toJson().assetsByChunkName?.main ?? [];
    return Object.fromEntries(files.map((name) => [name, { entry: true, code: readFileSync(join(path, name)), imports: [] }]));
  },
};

/** Bytes, gzipped, and the kinds of layers in them. */
async function measured(bundler: string, head: string) {
  const file = join(project, `size-${bundler}-${head.length}.js`);
  writeFileSync(file, `${head}\n${MODEL}\n`);
  const loaded = firstLoad(await (BUNDLERS[bundler] as (file: string) => Promise<Bundle>)(file));
  const size = loaded.reduce((sum, code) => sum + gzipSync(code).length, 0);
  console.log(`${bundler}: ${(size / 1000).toFixed(1)} kB with one dense model`);
  const kinds = loaded.flatMap((code) => [...code.matchAll(/className:\s*["'`](\w+)/g)].map(([, kind]) => kind));
  return { size, kinds };
}

test.each(Object.keys(BUNDLERS).filter((name) => name !== 'esbuild'))('%s leaves out what a dense model does not use', async (name) => {
  const { size, kinds } = await measured(name, NAMESPACE);
  // Its minifier makes one pass, and what two dropped calls share is found in a second.
  const shared = name === 'webpack' ? ['GRU', 'LSTM', 'SimpleRNN'] : [];
  expect(new Set(kinds)).toEqual(new Set(['Dense', 'Functional', ...shared]));
  expect(size).toBeGreaterThan(15_000);
  // webpack orders modules by hashes that differ from build to build, which is worth some hundred bytes.
  expect(size).toBeLessThan(name === 'webpack' ? 41_000 : 40_000);
});

test('esbuild does so where layers come from their own address: it does not look into namespaces that are passed on', async () => {
  const [own, passed] = [await measured('esbuild', SUBPATH), await measured('esbuild', NAMESPACE)];
  expect(new Set(own.kinds)).toEqual(new Set(['Dense', 'Functional']));
  expect(own.size).toBeGreaterThan(15_000);
  expect(own.size).toBeLessThan(40_000);
  expect(passed.size).toBeGreaterThan(own.size);
});

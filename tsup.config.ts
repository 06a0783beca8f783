import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { defineConfig } from 'tsup';

const runtime = resolve('ts/src/runtime');
const script = resolve(runtime, 'worker.ts');
/** The glue asks for its own address only in parts that nobody uses. */
const define = { 'import.meta.url': '""' };

/**
 * What users don't import leaves their bundles. Bundlers see through `export * as layers` as long as it names a module, so the
 * layers stay one, beside the bundle; and each of them is made by a call that they must know to be pure.
 */
const shaken: Plugin = {
  name: 'shaken',
  setup(b) {
    b.onResolve({ filter: /\/layers\/index\.js$/ }, () => ({ path: './layers.js', external: true }));
    b.onResolve({ filter: /\/io\/load_model\.js$/ }, () => ({ path: './load_model.js', external: true }));
    b.onLoad({ filter: /ts\/src\/layers\/\w+\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replace(/^(export const \w+ = )(?=\w+<)/gm, '$1/* @__PURE__ */ '), loader: 'ts' };
    });
  },
};

/** wasm-bindgen-rayon starts its threads with our spawner; workers are one script inside a string. */
const workers: Plugin = {
  name: 'workers',
  setup(b) {
    // The glue holds one instance for good; an engine that was lost needs a second one.
    b.onLoad({ filter: /pkg-simd128\/myelin\.js$/ }, async ({ path }) => {
      const [before, ...rest] = (await readFile(path, 'utf8')).split('if (wasm !== undefined) return wasm;');
      if (rest.length === 0) throw new Error(`${path}: expected a check for an instance`);
      return { contents: [before, ...rest].join(''), loader: 'js' };
    });
    b.onResolve({ filter: /workerHelpers/ }, () => ({ path: resolve(runtime, 'spawn.ts') }));
    b.onResolve({ filter: /^worker:source$/ }, (args) => ({ path: args.path, namespace: 'worker' }));
    b.onLoad({ filter: /.*/, namespace: 'worker' }, async () => {
      const result = await build({ entryPoints: [script], bundle: true, minify: true, format: 'iife', target: 'es2022', write: false, define, plugins: [workers], logLevel: 'error' });
      return { contents: result.outputFiles[0]?.text ?? '', loader: 'text' };
    });
    // Made by scripts/build.mjs beside the bundle.
    b.onResolve({ filter: /\/payload(-relaxed)?\.js$/ }, (args) => ({ path: `./${args.path.split('/').at(-1)}`, external: true }));
  },
};

export default defineConfig([
  {
    entry: { index: 'ts/src/index.ts', layers: 'ts/src/layers/index.ts', load_model: 'ts/src/io/load_model.ts' },
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    splitting: true,
    // Node prints the line of an error that nobody caught: it must be one that people can read.
    minify: false,
    clean: false,
    dts: !process.env.MYELIN_FAST,
    tsconfig: 'tsconfig.build.json',
    esbuildPlugins: [workers, shaken],
    esbuildOptions(options) {
      options.define = { ...options.define, ...define };
    },
  },
  {
    // The workers' script once more, as a file: for pages whose content policy forbids scripts from strings.
    entry: { worker: script },
    format: 'iife',
    outExtension: () => ({ js: '.js' }),
    target: 'es2022',
    platform: 'neutral',
    minify: true,
    clean: false,
    dts: false,
    esbuildPlugins: [workers],
    esbuildOptions(options) {
      options.define = { ...options.define, ...define };
    },
  },
]);

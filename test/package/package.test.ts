// What is in the tarball, how large it is, and what linters of packages say.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, inject, test } from 'vitest';

const run = promisify(execFile);
const project = inject('project');
const installed = join(project, 'node_modules/myelin');
const packed = inject('packed');
const text = (path: string) => readFileSync(join(installed, path), 'utf8');
const manifest = JSON.parse(text('package.json')) as Record<string, unknown>;

test('nothing but the package: code, types, README, licence', () => {
  const odd = packed.map((f) => f.path).filter((path) => !/^(dist\/[\w./-]+\.(js|d\.ts|wasm)|package\.json|README\.md|LICENSE)$/.test(path));
  expect(odd).toEqual([]);
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.license).toBe('Apache-2.0');
});

test('publint finds nothing', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, strict: true });
  expect(messages.map((m) => formatMessage(m, pkg as Parameters<typeof formatMessage>[1]))).toEqual([]);
});

test('types are found as modules are', async () => {
  // The worker's script and the engine's code are files to serve, not modules to import.
  const options = ['--profile', 'esm-only', '--no-color', '--exclude-entrypoints', './worker.js', './engine.wasm'];
  const { stdout } = await run(process.execPath, [resolve('node_modules/@arethetypeswrong/cli/dist/index.js'), inject('tarball'), ...options]);
  for (const name of ['myelin', 'myelin/layers']) expect(stdout).toContain(`"${name}"`);
});

test('the package comes by require, and inside one file for Node', async () => {
  const program = (head: string) => `${head}
const net = sequential([layers.dense({ units: 1, inputShape: [1] })]).compile({ loss: 'mse' });
net.fit([[1], [2]], [1, 2], { epochs: 1, verbose: 0 }).then(({ history }) => console.log(history.loss.length));`;
  writeFileSync(join(project, 'required.cjs'), program("const { layers, sequential } = require('myelin');"));
  writeFileSync(join(project, 'imported.js'), program("import { layers, sequential } from 'myelin';"));
  await build({ entryPoints: [join(project, 'imported.js')], bundle: true, platform: 'node', format: 'cjs', outfile: join(project, 'bundled.cjs'), logLevel: 'error' });
  // Node 20 says that require() of a module is an experiment.
  for (const file of ['required.cjs', 'bundled.cjs']) expect((await run(process.execPath, ['--no-warnings', file], { cwd: project, timeout: 20_000 })).stdout).toBe('1\n');
});

test('no address of a file, of this machine or of a host is left in the code', () => {
  for (const { path } of packed.filter((f) => /^dist\/.*\.js$/.test(f.path))) {
    const code = text(path);
    expect(code.includes('_bg.wasm'), path).toBe(false);
    expect(code.includes('import.meta'), path).toBe(false);
    expect(/\/work\/|\/home\/|\/root\//.test(code), path).toBe(false);
    expect(/require\(['"]node:/.test(code) || /import\(['"]node:|from ?['"]node:/.test(code), path).toBe(false);
  }
});

test('payloads are small', () => {
  const sizes = ['payload.js', 'payload-relaxed.js'].map((file) => gzipSync(text(`dist/${file}`)).length);
  console.log(`payloads ${sizes.map((p) => (p / 1000).toFixed(1)).join(' and ')} kB, gzipped`);
  for (const size of sizes) expect(size).toBeLessThan(220_000);
});

// What is in the tarball, how large it is, and what linters of packages say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, inject, test } from 'vitest';

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
  for (const size of sizes) expect(size).toBeLessThan(330_000);
});

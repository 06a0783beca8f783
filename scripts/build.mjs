// Builds the package into dist/: payloads, bundle, types. `--fast` skips types and minifying. What is up to date is left alone.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipAsync } from '@gfx/zopfli';
import { root } from './toolchain.mjs';

const PAYLOADS = { simd128: 'payload', relaxed: 'payload-relaxed' };
const dist = join(root, 'dist');

/** Time of the last change below a path. */
export function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(
    0,
    ...readdirSync(path)
      .filter((name) => !/^pkg|^tests$/.test(name))
      .map((name) => newest(join(path, name))),
  );
}

function timed(what, work) {
  const started = performance.now();
  work();
  console.log(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** The payload as a module: gzip in base64. It's packed once and loaded often, so by the thorough packer: a twentieth smaller. */
async function writePayload(payload) {
  const name = PAYLOADS[payload];
  const wasm = join(root, `crates/wasm/pkg-${payload}/myelin_bg.wasm`);
  const target = join(dist, `${name}.js`);
  if (newest(target) > newest(wasm)) return;
  const base64 = Buffer.from(await gzipAsync(readFileSync(wasm), { numiterations: 5 })).toString('base64');
  writeFileSync(target, `export const payload = '${base64}';\n`);
  writeFileSync(join(dist, `${name}.d.ts`), 'export declare const payload: string;\n');
  if (payload === 'simd128') copyFileSync(wasm, join(dist, 'engine.wasm'));
}

/** Until a payload is built, the other one answers in its place: the runtime asks for the best that the machine can run. */
function standIn(payload) {
  const target = join(dist, `${PAYLOADS[payload]}.js`);
  if (!existsSync(target)) writeFileSync(target, `export { payload } from './${PAYLOADS.simd128}.js';\n`);
}

/** Files of earlier bundles, which nothing refers to any more, would be packed with the others. */
function prune() {
  const kept = new Set();
  const keep = (name) => {
    if (kept.has(name) || !existsSync(join(dist, name))) return;
    kept.add(name);
    for (const [, next] of readFileSync(join(dist, name), 'utf8').matchAll(/["']\.\/([\w-]+\.js)["']/g)) keep(name.endsWith('.d.ts') ? next.replace(/\.js$/, '.d.ts') : next);
  };
  for (const name of ['index.js', 'layers.js', 'worker.js', 'index.d.ts', 'layers.d.ts', 'payload.d.ts', 'payload-relaxed.d.ts']) keep(name);
  for (const name of readdirSync(dist)) if (/\.(js|d\.ts)$/.test(name) && !kept.has(name)) rmSync(join(dist, name));
}

export async function build({ fast = false, payloads = Object.keys(PAYLOADS) } = {}) {
  const sources = Math.max(newest(join(root, 'crates')), newest(join(root, 'Cargo.toml')));
  const stale = payloads.filter((p) => newest(join(root, `crates/wasm/pkg-${p}/myelin_bg.wasm`)) < sources);
  if (stale.length) timed(`engine (${stale.join(', ')})`, () => execFileSync('node', ['scripts/build-wasm.mjs', ...stale], { cwd: root, stdio: 'inherit' }));
  mkdirSync(dist, { recursive: true });
  for (const payload of Object.keys(PAYLOADS)) {
    if (existsSync(join(root, `crates/wasm/pkg-${payload}`))) await writePayload(payload);
    else standIn(payload);
  }
  // The bundle holds what wasm-bindgen wrote beside the engine.
  const parts = ['ts/src', 'tsup.config.ts', 'crates/wasm/pkg-simd128/myelin.js'].map((path) => newest(join(root, path)));
  if (newest(join(dist, fast ? 'index.js' : 'index.d.ts')) < Math.max(...parts)) {
    const env = { ...process.env, ...(fast ? { MYELIN_FAST: '1' } : {}) };
    timed('package', () => execFileSync('node', ['node_modules/tsup/dist/cli-default.js', '--silent'], { cwd: root, stdio: 'inherit', env }));
    if (!fast) prune();
  }
}

if (process.argv[1]?.endsWith('build.mjs')) await build({ fast: process.argv.includes('--fast') });

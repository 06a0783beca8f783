// Builds the engine with wasm-pack: `node scripts/build-wasm.mjs [simd128] [relaxed] [--dev]`. Both payloads by default;
// `--dev` skips link-time optimisation and wasm-opt, for a quick look at a changed kernel.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, seconds } from './run.mjs';
import { root, toolchain } from './toolchain.mjs';

const FEATURES = '+atomics,+bulk-memory,+mutable-globals,+simd128';
const PAYLOADS = { simd128: FEATURES, relaxed: `${FEATURES},+relaxed-simd` };
const EXPORTS = ['__heap_base', '__wasm_init_tls', '__tls_size', '__tls_align', '__tls_base'];

function flags(features) {
  return [
    `-Ctarget-feature=${features}`,
    // LLVM's default order keeps six splats alive in the 6×8 tile, and V8 spills: half the speed. Its loop strength reduction makes
    // addresses whose constant parts no longer fit into the loads, and of the registers that they take, V8 lacks one for the counter.
    '-Cllvm-args=-pre-RA-sched=source -disable-lsr',
    // A panic only traps: its words would be much of the payload, and people read those of errors.
    '-Zunstable-options',
    '-Cpanic=immediate-abort',
    '-Clink-arg=--shared-memory',
    '-Clink-arg=--import-memory',
    '-Clink-arg=--max-memory=4294967296',
    ...EXPORTS.map((name) => `-Clink-arg=--export=${name}`),
  ];
}

async function build(payload, dev) {
  const { name, env } = toolchain();
  const started = performance.now();
  const out = `pkg-${payload}`;
  const profile = dev ? { CARGO_PROFILE_RELEASE_LTO: 'off', CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16' } : {};
  const pack = ['build', 'crates/wasm', '--mode', 'force', '--target', 'web', '--no-pack', '--release', '--out-dir', out, '--out-name', 'myelin', ...(dev ? ['--no-opt'] : [])];
  await run('wasm-pack', [...pack, '--', '-Zbuild-std=std,panic_abort', '-Zbuild-std-features=optimize_for_size', '--target', 'wasm32-unknown-unknown'], {
    show: true,
    env: { ...env, ...profile, CARGO_TARGET_DIR: join(root, `target/${payload}${dev ? '-dev' : ''}`), CARGO_ENCODED_RUSTFLAGS: flags(PAYLOADS[payload]).join('\x1f') },
  });
  rmSync(join(root, 'crates/wasm', out, '.gitignore'), { force: true });
  const bytes = readFileSync(join(root, 'crates/wasm', out, 'myelin_bg.wasm')).length;
  console.log(`${payload}: ${bytes} bytes with ${name} in ${seconds(started)}`);
}

const args = process.argv.slice(2);
const dev = args.includes('--dev');
const wanted = args.filter((a) => a in PAYLOADS);
// Side by side: link-time optimisation, most of the time, uses one core.
await Promise.all((wanted.length ? wanted : Object.keys(PAYLOADS)).map((payload) => build(payload, dev))).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

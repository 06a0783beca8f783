// Which Rust builds the engine: rustup's nightly where it has the standard library's source, else Debian's rustc-web.
// Looks at files only: asking rustup would take longer than everything else, and could start a download.
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');
export const tools = join(root, '.tools');
export const WASM_BINDGEN = '0.2.127';
export const WASM_PACK = '0.15.1';

const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
const rustupHome = process.env.RUSTUP_HOME ?? join(homedir(), '.rustup');

/** The path of a program, as a shell would find it, or in cargo's own folder. */
export function which(program) {
  const folders = [...(process.env.PATH ?? '').split(':'), join(cargoHome, 'bin')];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function nightlyWithSource() {
  const toolchains = join(rustupHome, 'toolchains');
  if (!existsSync(toolchains)) return false;
  return readdirSync(toolchains)
    .filter((name) => /^nightly(?!-\d)/.test(name)) // "nightly-2026-05-20-…" has another name for rustup
    .some((name) => existsSync(join(toolchains, name, 'lib/rustlib/src/rust/library/std/Cargo.toml')));
}

/** The toolchain in use: its name, and the environment that cargo and wasm-pack need. */
export function toolchain() {
  const path = [join(tools, 'bin'), join(root, 'node_modules/.bin')];
  // Both need it: Debian's compiler for -Zbuild-std, either for libtest's machine-readable report.
  const env = { ...process.env, RUSTC_BOOTSTRAP: '1' };
  if (nightlyWithSource()) {
    const bin = join(cargoHome, 'bin');
    return { name: 'rustup nightly', debian: false, env: { ...env, RUSTUP_TOOLCHAIN: 'nightly', PATH: [...path, bin, process.env.PATH].join(':') } };
  }
  return {
    name: 'Debian rustc-web',
    debian: true,
    env: {
      ...env,
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: 'wasm-ld-22',
      PATH: [...path, '/usr/bin', process.env.PATH].join(':'),
    },
  };
}

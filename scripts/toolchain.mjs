// Which Rust builds the engine: rustup's nightly where it has the standard library's source, else Debian's rustc-web.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');
export const tools = join(root, '.tools');
export const WASM_BINDGEN = '0.2.127';
export const WASM_PACK = '0.15.1';

export function capture(command, args, env = process.env) {
  try {
    return execFileSync(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
  } catch {
    return '';
  }
}

function nightly() {
  const sysroot = capture('rustc', ['+nightly', '--print', 'sysroot']);
  return sysroot && existsSync(join(sysroot, 'lib/rustlib/src/rust/library/std/Cargo.toml')) ? sysroot : '';
}

const DEBIAN_SOURCE = '/usr/lib/rust-web/lib/rustlib/src/rust/library';

/** The toolchain in use: its name, and the environment that cargo and wasm-pack need. */
export function toolchain() {
  const bins = [join(tools, 'bin'), join(root, 'node_modules/.bin')];
  if (nightly()) {
    return { name: 'rustup nightly', env: { ...process.env, RUSTUP_TOOLCHAIN: 'nightly', PATH: [...bins, process.env.PATH].join(':') } };
  }
  return {
    name: 'Debian rustc-web',
    env: {
      ...process.env,
      RUSTC_BOOTSTRAP: '1',
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: 'wasm-ld-22',
      PATH: [...bins, '/usr/bin', process.env.PATH].join(':'),
    },
  };
}

/** Whether Debian's toolchain is what we use but isn't there yet. */
export function needsDebianPackages() {
  return !nightly() && !(existsSync('/usr/bin/rustc') && existsSync('/usr/bin/wasm-ld-22') && capture('dpkg', ['-s', 'rust-web-src']));
}
export { DEBIAN_SOURCE };

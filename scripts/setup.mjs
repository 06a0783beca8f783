// Installs what building needs and isn't there yet: `npm run setup [-- --tests] [--native]`. Safe to repeat; does nothing the second time.
// Rust with the standard library's source (apt-get, or rustup's nightly), wasm-bindgen and wasm-pack (cargo, into .tools),
// node_modules; with --tests also browsers (apt-get) and other runtimes (npm, into .tools);
// with --native NumPy, JAX, TensorFlow and Keras, beside which the benchmark then measures (pip, into .tools; needs python3 with venv).
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { job, run, seconds } from './run.mjs';
import { root, toolchain, tools, WASM_BINDGEN, WASM_PACK, which } from './toolchain.mjs';

const RUST = ['rustc-web', 'cargo-web', 'rust-web-src', 'lld-22'];
const RUST_CHECKS = ['rust-web-clippy', 'rustfmt-web'];
const BROWSERS = ['chromium', 'firefox-esr', 'webkit2gtk-driver', 'xvfb'];
const RUNTIMES = { node22: 'node@22', node24: 'node@24', node26: 'node@26', deno: 'deno@2.9.6', bun: 'bun@1.4.5' };
/** Bundlers that only the tests of the package need, some of them in several versions. */
const BUNDLERS = { vite5: 'vite@5.4.21', vite6: 'vite@6.4.6', vite7: 'vite@7.3.8', next: 'next@16.4.6 react@19 react-dom@19' };
const PROGRAMS = { ...RUNTIMES, ...BUNDLERS };

/** Debian leaves a folder of documentation for every package that is installed: cheaper to ask than dpkg. */
const missingPackages = (names) => names.filter((name) => !existsSync(join('/usr/share/doc', name)));

async function installPackages(names) {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args) => run(...command([...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-y', ...args]));
  try {
    await apt('install', '--no-install-recommends', ...names);
  } catch {
    await apt('update'); // the lists are missing or old
    await apt('install', '--no-install-recommends', ...names);
  }
}

const command = ([program, ...args]) => [program, args];

const installedTools = () => {
  const list = join(tools, '.crates.toml');
  const text = existsSync(list) ? readFileSync(list, 'utf8') : '';
  return text.includes(`"wasm-bindgen-cli ${WASM_BINDGEN} `) && text.includes(`"wasm-pack ${WASM_PACK} `);
};

/** Unoptimised and without debug information: half the time to build, and fast enough for modules of this size. */
async function installTools(env) {
  const target = join(tools, 'target'); // shared, so that what both depend on is compiled once
  const crates = [`wasm-bindgen-cli@${WASM_BINDGEN}`, `wasm-pack@${WASM_PACK}`];
  await run('cargo', ['install', '--root', tools, '--locked', '--debug', '--force', ...crates], {
    env: { ...env, CARGO_TARGET_DIR: target, CARGO_PROFILE_DEV_DEBUG: '0', CARGO_PROFILE_DEV_STRIP: 'symbols' },
  });
  rmSync(target, { recursive: true, force: true });
}

/** A registry mirror that lacks packages for other platforms makes a lock file that `npm ci` calls incomplete; `install` doesn't mind. */
export const installModules = (...where) => npm('ci', ...where).catch(() => npm('install', '--no-save', ...where));

/** When a file was last changed; 0 where there is none. */
const changed = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

const npm = (...args) => run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error']);
const missingPrograms = () => Object.keys(PROGRAMS).filter((name) => !existsSync(join(tools, name, 'node_modules/.package-lock.json')));

async function installNative() {
  const folder = join(tools, 'python');
  await run('python3', ['-m', 'venv', folder]);
  await run(join(folder, 'bin/pip'), ['install', '--quiet', '--no-input', '-r', join(root, 'bench/native/requirements.txt')]);
  writeFileSync(join(folder, 'ready'), '');
}

/** The jobs that are left to do; those that don't wait for each other run side by side. */
async function install(tests, native) {
  const jobs = [];
  const { debian, env } = toolchain();
  const wanted = [...(debian ? RUST : []), ...(debian && tests ? RUST_CHECKS : []), ...(tests ? BROWSERS : [])];
  const packages = missingPackages(wanted);
  if (packages.length && !which('apt-get')) throw new Error(remedy(packages));
  const installing = packages.length ? job('packages', `apt-get install ${packages.join(' ')}`, () => installPackages(packages)) : undefined;
  if (installing) jobs.push(installing);
  if (!installedTools()) {
    // rustup's own cargo, where there is one, needn't wait for Debian's.
    const early = !debian || (which('cargo') && which('cc'));
    const build = async (environment) => job('tools', `cargo install wasm-bindgen-cli ${WASM_BINDGEN}, wasm-pack ${WASM_PACK}`, () => installTools(environment));
    const late = async () => {
      await installing;
      await build(env);
    };
    jobs.push(early ? build(debian ? process.env : env).catch(late) : late());
  }
  if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) jobs.push(job('npm', 'npm ci', () => installModules()));
  if (tests) {
    const names = missingPrograms();
    if (names.length) {
      jobs.push(
        job('runtimes', `npm install ${names.map((name) => PROGRAMS[name]).join(' ')}`, () =>
          Promise.all(names.map((name) => npm('install', '--prefix', join(tools, name), ...PROGRAMS[name].split(' ')))),
        ),
      );
    }
  }
  if (native && changed('.tools/python/ready') < changed('bench/native/requirements.txt')) jobs.push(job('native', 'pip install NumPy, JAX, TensorFlow, Keras', installNative));
  const failed = (await Promise.allSettled(jobs)).filter((result) => result.status === 'rejected');
  if (failed.length) throw new Error(failed.map((result) => result.reason.message).join('\n\n'));
  return jobs.length;
}

const remedy = (packages) =>
  packages.some((name) => RUST.includes(name))
    ? 'No Rust that can build the standard library: run "rustup toolchain install nightly --component rust-src rustfmt clippy".'
    : `The tests need ${packages.join(', ')}: install them with your system's package manager.`;

/** Makes this machine ready to build; with `tests`, to test as well; with `native`, to measure beside native libraries. */
export async function setup({ tests = false, native = false } = {}) {
  const started = performance.now();
  const jobs = await install(tests, native);
  console.log(`set-up with ${toolchain().name}: ${jobs ? `done in ${seconds(started)}` : 'everything is there'}`);
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  await setup({ tests: process.argv.includes('--tests'), native: process.argv.includes('--native') }).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

// `npm test`: everything, in order, on a clean clone too. `-- --only vitest,types` runs parts. A part that fails doesn't hide
// the later ones. The last line is `N passed, N failed`: the tests of all parts as their tools report them; a part without
// tests of its own (a build, a linter) counts as one.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, seconds, tail } from './run.mjs';
import { setup } from './setup.mjs';
import { root, toolchain } from './toolchain.mjs';

const MINUTE = 60_000;
const scratch = mkdtempSync(join(tmpdir(), 'myelin-test-'));
const bin = (name) => join(root, 'node_modules/.bin', name);

/** A part that either works or doesn't. */
const check =
  (command, args, options = {}) =>
  async () => {
    const { code, output } = await run(command, args, { check: false, timeout: 20 * MINUTE, ...options });
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output: tail(output) };
  };

const cargoOptions = () => {
  const { env } = toolchain();
  return { env: { ...env, CARGO_TARGET_DIR: join(root, 'target/native'), CARGO_TERM_COLOR: 'never' } };
};
const cargo =
  (...args) =>
  () =>
    check('cargo', args, cargoOptions())();

/** libtest's report: one JSON object a line, between lines for people. */
const cargoTest =
  (selection, variables = {}) =>
  async () => {
    const args = ['test', ...selection, '--no-fail-fast', '--', '-Zunstable-options', '--format', 'json'];
    const { env } = cargoOptions();
    const { code, output } = await run('cargo', args, { env: { ...env, ...variables }, check: false, timeout: 30 * MINUTE });
    const lines = output.split('\n');
    const events = lines.filter(isEvent).flatMap(parse);
    const count = (key) => events.filter((e) => e.type === 'suite' && e[key] !== undefined).reduce((sum, e) => sum + e[key], 0);
    const broken = events.filter((e) => e.type === 'test' && e.event === 'failed').map((e) => `${e.name}\n${e.stdout ?? ''}`);
    const text = lines.filter((line) => !isEvent(line)).join('\n');
    return verdict(code, count('passed'), count('failed'), [...broken, tail(text)].join('\n'));
  };

const isEvent = (line) => /^\{ *"type":/.test(line);

function parse(line) {
  try {
    return [JSON.parse(line)];
  } catch {
    return []; // a test printed something of its own into the line
  }
}

/** A tool that failed without a failing test (it didn't compile, it crashed) still counts as one failure. */
const verdict = (code, passed, failed, output) => ({ passed, failed: code !== 0 && failed === 0 ? 1 : failed, output });

const vitest =
  (...projects) =>
  async () => {
    const file = join(scratch, `${projects[0]}.json`);
    const filters = projects.flatMap((project) => ['--project', project]);
    const args = ['run', ...filters, '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, '--no-color'];
    const { code, output } = await run(bin('vitest'), args, { check: false, timeout: 30 * MINUTE });
    try {
      const report = JSON.parse(readFileSync(file, 'utf8'));
      // A file that can't even be loaded has no tests to fail.
      const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
      return verdict(code, report.numPassedTests, report.numFailedTests + broken, tail(output, 80));
    } catch {
      return { passed: 0, failed: 1, output: tail(output, 80) };
    }
  };

const PARTS = {
  setup: async () => {
    await setup({ tests: true });
    return { passed: 1, failed: 0, output: '' };
  },
  format: cargo('fmt', '--check', '--', '--color', 'never'),
  clippy: cargo('clippy', '--workspace', '--all-targets', '--quiet', '--', '-D', 'warnings'),
  cargo: cargoTest(['--workspace']),
  // Every order in which threads can meet at a barrier; the model checker brings its own atomics, and so a folder of its own.
  loom: cargoTest(['--package', 'parallel', '--release', '--lib'], { RUSTFLAGS: '--cfg loom', CARGO_TARGET_DIR: join(root, 'target/loom') }),
  build: check(process.execPath, ['scripts/build.mjs']),
  lint: check(bin('biome'), ['ci', '--colors=off']),
  types: check(bin('tsc'), ['--noEmit', '--pretty', 'false']),
  docs: check(bin('typedoc'), ['--emit', 'none']),
  vitest: vitest('unit', 'golden', 'e2e', 'docs', 'tidy'),
  platform: vitest('platform'),
  package: vitest('package'),
  // Every suite once, so that none stops working unnoticed; the figures mean nothing.
  bench: check(process.execPath, ['bench/run.mjs', '--built', '--engine', 'myelin,myelin-direct', '--threads', '2', '--rounds', '1', '--seconds', '0.01', '--json', join(scratch, 'bench.json')]),
};

function wanted() {
  const at = process.argv.indexOf('--only');
  const names = at < 0 ? Object.keys(PARTS) : (process.argv[at + 1] ?? '').split(',');
  const unknown = names.filter((name) => !(name in PARTS));
  if (unknown.length) {
    console.error(`--only: no part "${unknown.join('", "')}"; there are ${Object.keys(PARTS).join(', ')}`);
    process.exit(2);
  }
  return names;
}

const total = { passed: 0, failed: 0 };
const summary = [];
for (const name of wanted()) {
  const started = performance.now();
  const { passed, failed, output } = await PARTS[name]().catch((error) => ({ passed: 0, failed: 1, output: error.message }));
  total.passed += passed;
  total.failed += failed;
  if (failed) console.log(output);
  const line = `${failed ? 'FAIL' : 'ok  '} ${name.padEnd(9)} ${passed} passed, ${failed} failed (${seconds(started)})`;
  summary.push(line);
  console.log(line);
}
rmSync(scratch, { recursive: true, force: true });
console.log(['', ...summary, ''].join('\n'));
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;

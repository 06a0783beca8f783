// Rules of the house that no compiler knows; ARCHITECTURE.md has their reasons.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it, test } from 'vitest';

const tracked = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
  .split('\0')
  .filter((path) => path && existsSync(path));
const text = (path: string) => readFileSync(path, 'utf8');
const files = (pattern: RegExp) => tracked.filter((path) => pattern.test(path));
/** `path:line text` of every line that a check complains about. */
const complaints = (paths: readonly string[], bad: (line: string, i: number, lines: readonly string[]) => boolean) =>
  paths.flatMap((path) => {
    const lines = text(path).split('\n');
    return lines.flatMap((line, i) => (bad(line, i, lines) ? [`${path}:${i + 1} ${line.trim()}`] : []));
  });

describe('crates', () => {
  /** What a crate may use; nothing points the other way. */
  const USES: Readonly<Record<string, readonly string[]>> = {
    simd: [],
    parallel: [],
    kernels: ['simd', 'parallel'],
    ops: ['kernels', 'parallel'],
    graph: ['ops', 'kernels', 'parallel'],
    optim: ['kernels', 'parallel', 'simd'],
    engine: ['graph', 'optim', 'kernels', 'parallel'],
    wasm: ['engine', 'parallel'],
  };
  it.each(files(/^crates\/\w+\/Cargo\.toml$/).map((path) => [path.split('/')[1] as string, path]))('%s uses only what lies below it', (crate, path) => {
    const section = /\[dependencies\]([^[]*)/.exec(text(path))?.[1] ?? '';
    const used = [...section.matchAll(/^([\w-]+)/gm)].map((m) => m[1] as string).filter((name) => name in USES);
    expect(used.filter((name) => !USES[crate]?.includes(name))).toEqual([]);
  });
  const UNSAFE = /\bunsafe\b/;
  const rust = files(/^crates\/.*\.rs$/);
  const code = (line: string) => line.replace(/\/\/.*$/, '');
  it('are unsafe only where lanes, threads and inner loops are', () => {
    const elsewhere = rust.filter((path) => !/^crates\/(simd|parallel|kernels|optim)\//.test(path));
    expect(complaints(elsewhere, (line) => UNSAFE.test(code(line)) && !/unsafe_code/.test(line))).toEqual([]);
  });
  it('say why each unsafe block is safe', () => {
    const blocks = rust.filter((path) => !/simd\/src\/wasm\.rs$/.test(path));
    const unexplained = (line: string, i: number, lines: readonly string[]) => {
      if (!/\bunsafe (\{|impl)/.test(code(line))) return false;
      // The reason stands above the statement, or above the block of which the line is a part.
      return !lines.slice(Math.max(0, i - 12), i).some((above) => /SAFETY:/.test(above));
    };
    expect(complaints(blocks, unexplained)).toEqual([]);
  });
});

describe('folders of the facade', () => {
  const entries = ['activations', 'initializers', 'regularizers', 'constraints', 'losses', 'metrics', 'optimizers', 'schedules'];
  /** What a folder may import beside types. */
  const IMPORTS: Readonly<Record<string, readonly string[]>> = {
    core: [],
    data: ['core'],
    ...Object.fromEntries(entries.map((folder) => [folder, ['core']])),
    metrics: ['core', 'losses'],
    runtime: ['core', 'pkg-simd128'],
    layers: ['core', 'data', ...entries],
    callbacks: ['core'],
    model: ['core', 'data', 'layers', 'callbacks', 'runtime', 'io', ...entries],
    io: ['core', 'data', 'layers', 'model', 'runtime', ...entries],
  };
  /** The files from which one gets more than types. */
  const importsOf = (path: string) =>
    [...text(path).matchAll(/^(?:import|export) (?!type)([^;]*?)from '(\.[^']+)'/gm)]
      .filter(([, names = '']) => !/^\{\s*(type [^,]+,?\s*)+\}\s*$/.test(names))
      .map((m) => normalize(join(dirname(path), m[2] as string)).replace(/\.js$/, '.ts'));
  const folderOf = (path: string) => (path.includes('/pkg-simd128/') ? 'pkg-simd128' : (path.split('/')[2] as string));
  it.each(Object.keys(IMPORTS))('%s imports only what lies below it', (folder) => {
    const odd = files(new RegExp(`^ts/src/${folder}/.*\\.ts$`)).flatMap((path) =>
      importsOf(path)
        .filter((target) => folderOf(target) !== folder && !IMPORTS[folder]?.includes(folderOf(target)))
        .map((target) => `${path} imports ${target}`),
    );
    expect(odd).toEqual([]);
  });
  /** Files that need each other in functions alone, which are called when both are there. */
  const KNOTS = ['ts/src/core/ops.generated.ts → ts/src/core/call.ts → ts/src/core/ops.generated.ts', 'ts/src/layers/layer.ts → ts/src/layers/symbolic.ts → ts/src/layers/layer.ts'];
  it('have no files that wait for each other: the first would get what the second has not made yet', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, above: readonly string[]): void => {
      if (above.includes(path)) cycles.push([...above.slice(above.indexOf(path)), path].join(' → '));
      if (done.has(path) || above.includes(path) || !tracked.includes(path)) return;
      for (const next of importsOf(path)) visit(next, [...above, path]);
      done.add(path);
    };
    for (const path of files(/^ts\/src\/.*\.ts$/)) visit(path, []);
    expect(cycles.filter((cycle) => !KNOTS.includes(cycle))).toEqual([]);
  });
  it('have types everywhere and default exports nowhere', () => {
    expect(complaints(files(/^ts\/.*\.ts$/), (line) => /: any\b|\bas any\b|@ts-(ignore|nocheck)|^export default/.test(line))).toEqual([]);
  });
});

test('no file grows beyond what one reads in a sitting', () => {
  const long = files(/\.(rs|ts|mjs|py)$/)
    .map((path): [string, number] => [path, text(path).split('\n').length])
    .filter(([path, lines]) => lines > 400 && !/\.generated\.ts$/.test(path));
  expect(long).toEqual([]);
});

test('nothing tells of one machine, one registry or one session', () => {
  const local = /(^|[^\w.])\/(work|root|home\/\w+)\//;
  const registry = /registry\.[\w-]+\.(org|com|io)|"resolved": *"http/;
  const own = files(/\.(rs|ts|mts|mjs|js|json|toml|md|sh|yml|html|py)$/).filter((path) => !/^test\/(tidy|package)\//.test(path));
  expect(complaints(own, (line) => local.test(line) || registry.test(line))).toEqual([]);
});

test('no test is skipped without a condition, none runs alone', () => {
  expect(complaints(files(/^(test|ts)\/.*\.ts$/), (line) => /\b(it|test|describe)\.(skip|only|todo)\(/.test(line))).toEqual([]);
  expect(complaints(files(/^crates\/.*\.rs$/), (line) => /#\[ignore|todo!\(|unimplemented!\(/.test(line))).toEqual([]);
});

describe('payloads', () => {
  /** How often an instruction's bytes occur. */
  const count = (path: string, bytes: readonly number[]) => {
    const wasm = readFileSync(path);
    let n = 0;
    for (let at = wasm.indexOf(Buffer.from(bytes)); at >= 0; at = wasm.indexOf(Buffer.from(bytes), at + 1)) n++;
    return n;
  };
  const [simd128, relaxed] = ['simd128', 'relaxed'].map((name) => `crates/wasm/pkg-${name}/myelin_bg.wasm`) as [string, string];
  it('multiply in vectors; the relaxed one fused', () => {
    const MUL = [0xfd, 0xe6, 0x01];
    const RELAXED_MADD = [0xfd, 0x85, 0x02];
    expect(count(simd128, MUL)).toBeGreaterThan(100);
    expect(count(relaxed, RELAXED_MADD)).toBeGreaterThan(100);
    expect(count(simd128, RELAXED_MADD)).toBeLessThan(5);
  });
});

// The packed tarball in Node 20 to 26, Deno and Bun: each trains with two threads, saves and loads, and ends by itself.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, test } from 'vitest';

const project = inject('project');
const tool = (path: string) => resolve('.tools', path);

const own = `Node ${process.versions.node.split('.')[0]}`;
/** Programs by name, and what they need to run a script. */
const RUNTIMES: Record<string, readonly [program: string, ...args: string[]]> = {
  [own]: [process.execPath],
  'Node 22': [tool('node22/node_modules/node/bin/node')],
  'Node 24': [tool('node24/node_modules/node/bin/node')],
  'Node 26': [tool('node26/node_modules/node/bin/node')],
  Deno: [tool('deno/node_modules/.bin/deno'), 'run', '--quiet', '--allow-read', '--allow-write', '--allow-env', '--allow-sys', '--no-prompt'],
  Bun: [tool('bun/node_modules/.bin/bun'), 'run'],
};
const here = (name: string) => existsSync((RUNTIMES[name] as readonly string[])[0] as string);
const names = Object.keys(RUNTIMES);
const nodes = names.filter((name) => name.startsWith('Node') && here(name));

interface Report {
  predicted: number[];
  loaded: number[];
  threads: number;
  payload: string;
  turbo: boolean;
  shared: boolean;
  xor: string;
  copy: string;
  wide: string;
}

async function run(name: string, script: string, ...args: string[]): Promise<string> {
  const [program, ...first] = RUNTIMES[name] as readonly [string, ...string[]];
  // A process that doesn't end by itself is killed, which rejects.
  const { stdout, stderr } = await promisify(execFile)(program, [...first, script, ...args], { cwd: project, timeout: 10_000, killSignal: 'SIGKILL' });
  expect(stderr).toBe('');
  return stdout;
}

const reports = new Map<string, Promise<Report>>();
function report(name: string, threads: number, mode: 'strict' | 'fused' | 'turbo'): Promise<Report> {
  const key = `${name} ${threads} ${mode}`;
  const known = reports.get(key) ?? run(name, 'runtime.js', String(threads), mode, join(project, `${key.replaceAll(' ', '-')}.safetensors`)).then((text) => JSON.parse(text) as Report);
  reports.set(key, known);
  return known;
}

beforeAll(() => cpSync('test/platform/fixtures', project, { recursive: true }));

describe('the packed tarball', () => {
  test('all runtimes are here, in the versions that their names say', () => {
    expect(names.filter((name) => !here(name))).toEqual([]);
    for (const name of nodes) expect(execFileSync((RUNTIMES[name] as readonly string[])[0] as string, ['--version'], { encoding: 'utf8' })).toContain(`v${name.slice(5)}.`);
  });

  for (const name of names) {
    test.skipIf(!here(name)).each(['fused', 'strict'] as const)(`${name} trains XOR with two threads, saves, loads and ends (%s)`, async (mode) => {
      const got = await report(name, 2, mode);
      expect(got).toMatchObject({ predicted: [0, 1, 1, 0], loaded: [0, 1, 1, 0], threads: 2, shared: true, payload: mode === 'strict' ? 'simd128' : 'relaxed' });
      expect(got.copy).toBe(got.xor);
    });
  }

  test.each(['fused', 'strict'] as const)('all Nodes give the same bits (%s)', async (mode) => {
    const all = await Promise.all(nodes.map((name) => report(name, 2, mode)));
    expect(new Set(all.map((r) => `${r.xor} ${r.wide}`)).size).toBe(1);
  });

  test.each(['Node 24', 'Node 26'].filter(here))('paired vectors give the bits of single ones (%s)', async (name) => {
    const [turbo, fused] = await Promise.all([report(name, 2, 'turbo'), report(name, 2, 'fused')]);
    expect([turbo.turbo, fused.turbo]).toEqual([true, false]);
    expect([turbo.xor, turbo.wide]).toEqual([fused.xor, fused.wide]);
  });

  test('Deno and Bun give the bits of Node in strict mode', async () => {
    const all = await Promise.all([own, ...['Deno', 'Bun'].filter(here)].map((name) => report(name, 2, 'strict')));
    expect(new Set(all.map((r) => `${r.xor} ${r.wide}`)).size).toBe(1);
  });

  test('the bits do not depend on the number of threads, but on the payload', async () => {
    const [one, two, four] = await Promise.all([1, 2, 4].map((threads) => report(own, threads, 'strict')));
    expect([one?.threads, two?.threads, four?.threads]).toEqual([1, 2, 4]);
    expect([two?.wide, four?.wide]).toEqual([one?.wide, one?.wide]);
    expect((await report(own, 2, 'fused')).wide).not.toBe(one?.wide);
  });

  test.skipIf(!here('Node 24'))('a fresh Node 24 imports, starts and takes its first step', async () => {
    const [imported, ready, step] = JSON.parse(await run('Node 24', 'startup.js')) as [number, number, number];
    console.log(`Node 24: import ${imported.toFixed(0)} ms, init ${ready.toFixed(0)} ms, first step ${step.toFixed(0)} ms`);
    expect(step).toBeGreaterThan(0);
  });
});

// The examples run, briefly, and print what they promise.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'myelin-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(name: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [`examples/${name}.mjs`, ...args], { timeout: 200_000, maxBuffer: 1 << 24 });
  expect(stderr).toBe('');
  return stdout;
}

const numberAfter = (text: string, before: RegExp): number => Number.parseFloat(new RegExp(`${before.source} *([-\\d.]+)`).exec(text)?.[1] ?? 'NaN');

/** Sum of the numbers in a confusion matrix, and of those on its diagonal. */
function matrix(text: string): { all: number; right: number } {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith('true \\ predicted'));
  const width = (lines[head] as string).trim().split(/\s+/).length - 3;
  const rows = lines.slice(head + 1, head + 1 + width).map((line) =>
    line
      .trim()
      .split(/\s+/)
      .slice(1)
      .map((cell) => (cell === '·' ? 0 : Number(cell))),
  );
  return { all: rows.flat().reduce((a, b) => a + b), right: rows.reduce((sum, row, i) => sum + (row[i] as number), 0) };
}

const TESTS: Record<string, () => Promise<void>> = {
  async digits() {
    const file = join(folder, 'digits.safetensors');
    const out = await run('digits', '--epochs', '10', '--save', file);
    expect(out).toMatch(/Epoch 10\/10 45\/45/);
    const accuracy = numberAfter(out, /test accuracy/);
    expect(accuracy).toBeGreaterThan(93);
    const { all, right } = matrix(out);
    expect(all).toBe(360);
    expect((100 * right) / all).toBeCloseTo(accuracy, 1);
    expect(out).toContain('loaded, and predicted again: identical');
    expect(existsSync(file)).toBe(true);
  },
  async mnist() {
    const out = await run('mnist', '--epochs', '1', '--save', join(folder, 'mnist.safetensors'));
    expect(numberAfter(out, /test accuracy/)).toBeGreaterThan(93);
    expect(matrix(out).all).toBe(10_000);
    expect(out).toContain('loaded, and predicted again: identical');
  },
  async convnet() {
    const out = await run('convnet', '--epochs', '1', '--save', join(folder, 'convnet.safetensors'));
    expect(numberAfter(out, /test accuracy/)).toBeGreaterThan(97);
    expect(out).toContain('loaded, and predicted again: identical');
  },
  async fashion() {
    const out = await run('fashion', '--epochs', '1', '--save', join(folder, 'fashion.safetensors'));
    expect(numberAfter(out, /test accuracy/)).toBeGreaterThan(78);
    expect(matrix(out).all).toBe(10_000);
    expect(out).toContain('loaded, and predicted again: identical');
  },
  async fashion_convnet() {
    const out = await run('fashion_convnet', '--epochs', '1', '--save', join(folder, 'fashion_convnet.safetensors'));
    expect(numberAfter(out, /test accuracy/)).toBeGreaterThan(82);
    expect(out).toContain('loaded, and predicted again: identical');
  },
  async text_cnn() {
    const out = await run('text_cnn', '--seeds', '1', '--epochs', '2');
    expect(numberAfter(out, /mean accuracy/)).toBeGreaterThan(60);
  },
  async iris() {
    const out = await run('iris');
    expect(numberAfter(out, /not seen before:/)).toBeGreaterThan(90);
    expect(matrix(out).all).toBe(30);
    expect(numberAfter(out, /Iris-versicolor:/)).toBeGreaterThan(80);
  },
  async regression() {
    const out = await run('regression', '--epochs', '10');
    const rmse = numberAfter(out, /RMSE on 835 other rows:/);
    const plain = numberAfter(out, /always answering the mean:/);
    expect(rmse).toBeLessThan(2.3);
    expect(plain).toBeGreaterThan(3);
  },
  async names_bigram() {
    const out = await run('names_bigram');
    // The optimum is known: 2.4540145 over 228,146 pairs.
    expect(out).toContain('228146 pairs');
    expect(numberAfter(out, /by counting/)).toBeCloseTo(2.454, 4);
    expect(Math.abs(numberAfter(out, /\nloss/) - 2.454)).toBeLessThan(0.001);
  },
  async names_mlp() {
    const out = await run('names_mlp', '--epochs', '1');
    expect(numberAfter(out, /validation loss/)).toBeLessThan(2.5);
    expect(out).toMatch(/names made up: [a-z]*(, [a-z]*){9}/);
  },
  async gpt() {
    const out = await run('gpt', '--iterations', '60', '--letters', '20');
    expect(numberAfter(out, /loss on the last tenth of the text/)).toBeLessThan(2.8);
  },
  async airline() {
    const out = await run('airline', '--seeds', '3');
    for (const [, rmse] of out.matchAll(/RMSE ([\d.]+) on the first 94/g)) expect(Number(rmse)).toBeLessThan(24.5);
    expect(numberAfter(out, /median RMSE on the last months/)).toBeLessThan(56);
  },
  async pollution() {
    const out = await run('pollution', '--epochs', '20');
    expect(numberAfter(out, /RMSE on 35039 later hours/)).toBeLessThan(numberAfter(out, /nothing changes:/) + 1);
  },
  async addition() {
    const out = await run('addition', '--digits', '1', '--questions', '50', '--epochs', '300');
    expect(numberAfter(out, /sums:/)).toBeGreaterThan(90);
  },
  async xor() {
    const out = await run('xor');
    expect(out).toContain('accuracy 1');
    expect(numberAfter(out, /0 xor 1 =/)).toBeGreaterThan(0.9);
    expect(numberAfter(out, /1 xor 1 =/)).toBeLessThan(0.1);
  },
};
const DATA: Record<string, string> = {
  mnist: '../shared/data/mnist',
  convnet: '../shared/data/mnist',
  fashion: '../shared/data/fashion-mnist',
  fashion_convnet: '../shared/data/fashion-mnist',
  text_cnn: '../shared/data/text',
  names_bigram: '../shared/data/text',
  names_mlp: '../shared/data/text',
  gpt: '../shared/data/text',
  airline: '../shared/data/series',
  pollution: '../shared/data/series',
};
/** Modules that examples share. */
const PARTS = ['common', 'names', 'pictures'];

describe('examples', () => {
  const names = readdirSync('examples')
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => name.slice(0, -4));
  test('all have a test', () => expect(names.filter((name) => !PARTS.includes(name)).sort()).toEqual(Object.keys(TESTS).sort()));
  for (const [name, body] of Object.entries(TESTS)) test.skipIf(DATA[name] && !existsSync(DATA[name]))(name, body, 220_000);
});

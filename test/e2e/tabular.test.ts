// Published protocols on small tables; the figures are those of their authors.
import { layers, optimizers, sequential, setRandomSeed } from 'myelin';
import { afterAll, describe, expect, test } from 'vitest';
import { mean, standardized, stratifiedFolds, table } from './data.js';

interface Task {
  readonly rows: readonly (readonly number[])[];
  readonly classes: readonly number[];
}
const pick = <T>(list: readonly T[], places: readonly number[]): T[] => places.map((i) => list[i] as T);
const number = (cells: readonly string[]) => cells.map(Number);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

interface Network {
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate?: number;
}

/** Accuracy on the rows held back, after training on the others. */
async function score({ rows, classes }: Task, held: readonly number[], n: Network, seed: number, scale: boolean): Promise<number> {
  const out = new Set(held);
  const kept = rows.flatMap((_, i) => (out.has(i) ? [] : [i]));
  const [train, test] = [pick(rows, kept), pick(rows, held)];
  const prepared = scale ? [standardized(train, train), standardized(train, test)] : [train, test];
  setRandomSeed(seed);
  const width = (rows[0] as readonly number[]).length;
  const binary = n.outputs === 1;
  const hidden = n.hidden.map((units, i) => layers.dense({ units, activation: 'relu', ...(i === 0 && { inputShape: [width] }) }));
  const net = sequential([...hidden, layers.dense({ units: n.outputs, activation: binary ? 'sigmoid' : 'softmax', ...(hidden.length === 0 && { inputShape: [width] }) })]).compile({
    optimizer: optimizers.adam({ learningRate: n.learningRate ?? 0.001 }),
    loss: binary ? 'binaryCrossentropy' : 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  await net.fit(prepared[0] as number[][], pick(classes, kept), { epochs: n.epochs, batchSize: n.batchSize });
  const { accuracy } = await net.evaluate(prepared[1] as number[][], pick(classes, held));
  await net.dispose();
  return accuracy;
}

async function crossValidated(task: Task, folds: number, network: Network, scale: boolean): Promise<number[]> {
  const scores: number[] = [];
  for (const [i, held] of stratifiedFolds(task.classes, folds, 7).entries()) scores.push(await score(task, held, network, i + 1, scale));
  return scores;
}

const figures: string[] = [];
function report(name: string, scores: readonly number[], published: string): number {
  figures.push(`${name}: ${(100 * mean(scores)).toFixed(2)} % (published ${published})`);
  return mean(scores);
}
afterAll(() => {
  setRandomSeed(null);
  console.log(figures.join('\n'));
});

describe('published protocols', { timeout: 180_000 }, () => {
  test('iris: ten folds, 8 relu, softmax, Adam, 200 epochs, batch 5', async () => {
    const cells = table('iris.csv');
    expect(cells).toHaveLength(150);
    const names = [...new Set(cells.map((row) => row[4]))];
    const task = { rows: cells.map((row) => number(row.slice(0, 4))), classes: cells.map((row) => names.indexOf(row[4])) };
    const scores = await crossValidated(task, 10, { hidden: [8], outputs: 3, epochs: 200, batchSize: 5 }, false);
    expect(report('iris', scores, '97.33 ± 4.42')).toBeGreaterThanOrEqual(0.95);
  });

  test('sonar: ten folds, not scaled, 60 relu, sigmoid, Adam, 100 epochs, batch 5', async () => {
    const cells = table('sonar.csv');
    const task = { rows: cells.map((row) => number(row.slice(0, 60))), classes: cells.map((row) => Number(row[60] === 'M')) };
    expect([task.classes.filter((c) => c === 1).length, task.classes.length]).toEqual([111, 208]);
    const scores = await crossValidated(task, 10, { hidden: [60], outputs: 1, epochs: 100, batchSize: 5 }, false);
    expect(report('sonar', scores, '81.68 ± 7.26')).toBeGreaterThanOrEqual(0.8);
  });

  test('ionosphere: the first 200 rows train; a hidden layer beats a perceptron', async () => {
    const cells = table('ionosphere.csv');
    const task = { rows: cells.map((row) => number(row.slice(0, 34))), classes: cells.map((row) => Number(row[34] === 'g')) };
    const held = range(200, 351);
    const [linear, deep]: [number[], number[]] = [[], []];
    for (const seed of [1, 2, 3, 4, 5]) {
      linear.push(await score(task, held, { hidden: [], outputs: 1, epochs: 100, batchSize: 10 }, seed, false));
      deep.push(await score(task, held, { hidden: [15], outputs: 1, epochs: 100, batchSize: 10 }, seed, false));
    }
    expect(report('ionosphere, perceptron', linear, '90.7')).toBeGreaterThanOrEqual(0.88);
    expect(report('ionosphere, 15 hidden', deep, '> 96')).toBeGreaterThanOrEqual(0.95);
  });

  test('Pima: 576 rows train, 192 are held back', async () => {
    const cells = table('pima-indians-diabetes.csv').map(number);
    const task = { rows: cells.map((row) => row.slice(0, 8)), classes: cells.map((row) => row[8] as number) };
    const scores: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) scores.push(await score(task, range(576, 768), { hidden: [12], outputs: 1, epochs: 60, batchSize: 16 }, seed, true));
    expect(report('Pima', scores, '76')).toBeGreaterThanOrEqual(0.76);
  });

  test('abalone in three groups of rings: 3133 rows train, 1044 are held back', async () => {
    const cells = table('abalone.csv');
    const sexes = ['M', 'F', 'I'];
    const task = {
      rows: cells.map((row) => [...sexes.map((s) => Number(s === row[0])), ...number(row.slice(1, 8))]),
      classes: cells.map((row) => (Number(row[8]) <= 8 ? 0 : Number(row[8]) <= 10 ? 1 : 2)),
    };
    const scores: number[] = [];
    for (const seed of [1, 2, 3]) scores.push(await score(task, range(3133, 4177), { hidden: [10], outputs: 3, epochs: 40, batchSize: 32, learningRate: 0.003 }, seed, true));
    expect(report('abalone', scores, '64')).toBeGreaterThanOrEqual(0.64);
  });
});

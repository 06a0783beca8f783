// Compiled, never run: what must be right, and, after each @ts-expect-error, what must be wrong.
import { callbacks, functional, input, layers, type NDArray, optimizers, sequential } from 'myelin';
import type * as own from 'myelin/layers';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <T extends true>(value?: T): T | undefined => value;

isTrue<Equal<typeof own, typeof layers>>();

const model = sequential([
  layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
  layers.maxPooling2d(),
  layers.flatten(),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
const net = model.compile({ optimizer: optimizers.adam({ learningRate: 1e-3 }), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

export async function right(x: NDArray, y: Int32Array): Promise<void> {
  const prediction = await net.predict(x);
  isTrue<Equal<(typeof prediction)['data'], Float32Array>>();
  isTrue<Equal<(typeof prediction)['shape'], readonly [number, 10]>>();
  const measured = await net.evaluate(x, y);
  isTrue<Equal<keyof typeof measured, 'loss' | 'accuracy'>>();
  const plain = await net.fit(x, y, { epochs: 2 });
  isTrue<Equal<keyof typeof plain.history, 'loss' | 'accuracy'>>();
  const watched = await net.fit(x, y, { validationSplit: 0.1, callbacks: [callbacks.earlyStopping({ patience: 2 })] });
  isTrue<Equal<keyof typeof watched.history, 'loss' | 'accuracy' | 'valLoss' | 'valAccuracy'>>();
  const numbers: number[] = watched.history.valAccuracy;
  numbers.at(0);
  // @ts-expect-error without validation there is no such key
  plain.history.valLoss;
  // @ts-expect-error rows of four axes are expected, not of two
  await net.predict([[1, 2]]);
}

export async function records(rows: NDArray): Promise<void> {
  const a = input({ shape: [4] });
  const two = functional({ inputs: { a }, outputs: { left: layers.dense({ units: 1 }).apply(a), right: layers.dense({ units: 3 }).apply(a) } });
  const both = await two.predict({ a: rows });
  both.left.data.at(0);
  // @ts-expect-error there is no such output
  both.middle;
  // @ts-expect-error there is no such input
  await two.predict({ b: rows });
}

// @ts-expect-error dense on pictures that aren't flat keeps their axes: pooling of two axes takes four
sequential([layers.dense({ units: 8, inputShape: [10] }), layers.maxPooling2d()]);
// @ts-expect-error lstm takes [batch, steps, features]
sequential([layers.dense({ units: 8, inputShape: [10] }), layers.lstm({ units: 4 })]);
// @ts-expect-error conv2d needs rows, columns and channels
sequential([layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [28, 28] })]);
// @ts-expect-error misspelt loss
model.compile({ loss: 'meanSquaredEror' });
// @ts-expect-error misspelt optimizer
model.compile({ optimizer: 'adm', loss: 'mse' });
// @ts-expect-error misspelt metric
model.compile({ loss: 'mse', metrics: ['acuracy'] });
// @ts-expect-error misspelt activation
layers.dense({ units: 1, activation: 'rellu' });
// @ts-expect-error misspelt initializer
layers.dense({ units: 1, kernelInitializer: 'glorotUnifrom' });
// @ts-expect-error unknown option
layers.dense({ units: 1, unit: 2 });
// @ts-expect-error units must be given
layers.dense({});
// @ts-expect-error misspelt padding
layers.conv2d({ filters: 1, kernelSize: 3, padding: 'sme' });
// @ts-expect-error unknown option of fit
void net.fit([], [], { epoch: 3 });

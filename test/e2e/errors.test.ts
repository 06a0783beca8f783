// What bad input gets: one typed error that names the layer or argument, what was expected, what came, and the remedy.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, DataError, EngineError, FormatError, input, layers, loadModel, losses, MyelinError, optimizers, sequential, ShapeError } from 'myelin';
import { describe, expect, it } from 'vitest';

const x = [
  [1, 2],
  [3, 4],
];
const y = [0, 1];
const net = () => sequential([layers.dense({ units: 3, activation: 'relu', inputShape: [2] }), layers.dense({ units: 2, activation: 'softmax' })]).compile({ loss: 'sparseCategoricalCrossentropy' });
const regression = () => sequential([layers.dense({ units: 1, inputShape: [2] })]).compile({ loss: 'mse' });
function addToBuilt(): void {
  const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  model.summary({ print: false });
  model.add(layers.dense({ units: 1 }));
}
const bytesOf = () => net().toBytes();
/** Wrong on purpose, past the types. */
const wrong = <T>(value: unknown): T => value as T;

interface Expected {
  readonly kind: new (...args: never[]) => MyelinError;
  readonly code: string;
  /** What the message must tell. */
  readonly tells: readonly (RegExp | string)[];
  readonly layer?: string;
}
type Row = readonly [what: string, act: () => unknown, expected: Expected];

const shape = (...tells: Expected['tells']): Expected => ({ kind: ShapeError, code: 'shape', tells });
const data = (...tells: Expected['tells']): Expected => ({ kind: DataError, code: 'data', tells });
const config = (...tells: Expected['tells']): Expected => ({ kind: ConfigError, code: 'config', tells });
const format = (...tells: Expected['tells']): Expected => ({ kind: FormatError, code: 'format', tells });
const at = (layer: string, expected: Expected): Expected => ({ ...expected, layer });

const CASES: Readonly<Record<string, readonly Row[]>> = {
  'shapes of data': [
    ['rows too wide', () => net().fit([[1, 2, 3]], [0]), shape('x', '[null, 2]', '[1, 3]')],
    ['one row without its batch', () => net().predict(wrong({ data: new Float32Array(2), shape: [2] })), shape('x', 'wrap it')],
    ['numbers that make no rows', () => net().predict(new Float32Array(5)), shape('x', '5 numbers', '[2]')],
    ['a shape of other size than the data', () => net().predict({ data: new Float32Array(5), shape: [2, 2] }), shape('x', '[2, 2]', '5')],
    [
      'labels of other shape',
      () =>
        regression().fit(x, [
          [1, 2],
          [3, 4],
        ]),
      shape('y', '[null, 1]', '[2, 2]'),
    ],
    ['fewer labels than rows', () => net().fit(x, [0]), data('y', /1\b/, /2\b/)],
    ['sample weights of another number', () => net().fit(x, y, { sampleWeight: [1] }), data('sampleWeight', '1 weights', '2 rows')],
    ['weights of another number', () => net().setWeights([x]), data('setWeights', '4 weights', 'received 1')],
    ['a weight of other shape', () => regression().setWeights([[[1], [2], [3]], [0]]), shape('dense/kernel', '[2, 1]', '[3, 1]')],
  ],
  data: [
    ['ragged rows', () => net().fit(wrong([[1, 2], [3]]), y), data('x', 'ragged', '[1]', 'padding')],
    ['ragged typed rows', () => net().fit(wrong([Float32Array.of(1, 2), Float32Array.of(3)]), y), data('x', 'ragged', '[1]', '1 elements', '2')],
    ['a number among rows', () => net().fit(wrong([[1, 2], 3]), y), data('x', 'ragged', '[1]', '3')],
    [
      'a list among numbers',
      () =>
        net().fit(
          wrong([
            [1, 2],
            [3, [4]],
          ]),
          y,
        ),
      data('x', '[1, 1]', 'deeper'),
    ],
    ['rows of big integers', () => net().fit(wrong([BigInt64Array.of(1n, 2n), BigInt64Array.of(3n, 4n)]), y), data('x', 'number', '[0]')],
    ['big integers', () => net().predict(wrong(BigInt64Array.of(1n, 2n))), data('x', 'typed array')],
    [
      'something that is no number',
      () =>
        net().fit(
          wrong([
            [1, 'two'],
            [3, 4],
          ]),
          y,
        ),
      data('x', '[0, 1]', 'two'),
    ],
    [
      'NaN in inputs',
      () =>
        net().fit(
          [
            [1, 2],
            [Number.NaN, 4],
          ],
          y,
        ),
      data('x', 'row 1, column 0', 'replace or drop'),
    ],
    [
      'Infinity in inputs',
      () =>
        net().evaluate(
          [
            [1, Number.POSITIVE_INFINITY],
            [3, 4],
          ],
          y,
        ),
      data('x', 'row 0, column 1'),
    ],
    ['NaN in labels', () => regression().fit(x, [1, Number.NaN]), data('y', /1\b/)],
    ['a label outside of the classes', () => net().fit(x, [0, 2]), data('y', 'label 2', 'index 1', '2 classes', 'count from 0')],
    ['a negative label', () => net().fit(x, [-1, 0]), data('y', 'label -1', 'index 0')],
    ['a label between classes', () => net().fit(x, [0.5, 0]), data('y', '0.5', 'index 0')],
    ['no rows', () => net().fit([], []), data('x', 'no rows')],
    ['no rows to predict', () => net().predict([]), data('x', 'no rows')],
    ['nothing', () => net().predict(wrong(undefined)), data('x', 'missing')],
    ['text', () => net().predict(wrong('1 2')), data('x', 'nested arrays', 'string')],
  ],
  options: [
    ['a batch of nothing', () => net().fit(x, y, { batchSize: 0 }), config('batchSize', '1', 'received 0')],
    ['half a batch', () => net().predict(x, { batchSize: 1.5 }), config('batchSize', 'received 1.5')],
    ['epochs below 0', () => net().fit(x, y, { epochs: -1 }), config('epochs', 'received -1')],
    ['a split that leaves nothing', () => net().fit(x, y, { validationSplit: 1 }), config('validationSplit', 'received 1')],
    ['a seed that is no number', () => net().fit(x, y, { seed: Number.NaN }), config('seed')],
    ['a layer without units', () => layers.dense(wrong({})), config('Dense', 'units', 'must be given')],
    ['no units', () => layers.dense({ units: 0 }), config('units', 'above 0', 'received 0')],
    ['an option that is not there', () => layers.dense(wrong({ units: 1, activaton: 'relu' })), config('activaton', "did you mean 'activation'")],
    ['a rate that drops all', () => layers.dropout({ rate: 1.5 }), config('rate', '1.5')],
    ['a negative learning rate', () => net().setLearningRate(-1), config('setLearningRate', '-1')],
    ['two kinds of clipping', () => optimizers.adam({ clipnorm: 1, clipvalue: 1 }), config('clip')],
    ['a shape that can not be made', () => sequential([layers.reshape({ targetShape: [3], inputShape: [2] })]).summary({ print: false }), at('reshape', shape('reshape', '[3]'))],
    ['an empty kernel', () => layers.conv2d({ filters: 1, kernelSize: 0 }), config('kernelSize', '0')],
  ],
  names: [
    ['of a loss', () => regression().compile({ loss: wrong('meanSquaredEror') }), config('loss', 'meanSquaredEror', "did you mean 'meanSquaredError'")],
    ['of an optimizer', () => regression().compile({ loss: 'mse', optimizer: wrong('adm') }), config('optimizer', "did you mean 'adam'")],
    ['of a metric', () => regression().compile({ loss: 'mse', metrics: [wrong('acuracy')] }), config('metric', "did you mean 'accuracy'")],
    ['of an activation', () => sequential([layers.dense({ units: 1, activation: wrong('rellu'), inputShape: [2] })]).summary({ print: false }), config('activation', "did you mean 'relu'")],
    ['of an initializer', () => sequential([layers.dense({ units: 1, kernelInitializer: wrong('glorot'), inputShape: [2] })]).summary({ print: false }), config('initializer', 'glorot')],
    ['of a regularizer', () => sequential([layers.dense({ units: 1, kernelRegularizer: wrong('l3'), inputShape: [2] })]).summary({ print: false }), config('regularizer', 'l3')],
    ['of a layer', () => net().getLayer({ name: 'dense_2' }), config('layer', 'dense_2', "did you mean 'dense")],
    ['of an option of a loss', () => losses.huber(wrong({ detla: 2 })), config('detla', "did you mean 'delta'")],
    ['of an option of an optimizer', () => optimizers.sgd(wrong({ learningrate: 2 })), config('learningrate', "did you mean 'learningRate'")],
  ],
  'objects of the wrong kind': [
    ['as an initializer', () => sequential([layers.dense({ units: 1, kernelInitializer: wrong({ name: 'mine' }), inputShape: [2] })]).summary({ print: false }), config('initializer')],
    ['as a regularizer', () => sequential([layers.dense({ units: 1, kernelRegularizer: wrong({ l2: 1 }), inputShape: [2] })]).summary({ print: false }), config('regularizer')],
    ['as an activation', () => sequential([layers.dense({ units: 1, activation: wrong({}), inputShape: [2] })]).summary({ print: false }), config('activation')],
    ['as an optimizer', () => regression().compile({ loss: 'mse', optimizer: wrong({ learningRate: 1 }) }), config('optimizer')],
    ['as a loss', () => regression().compile({ loss: wrong(3) }), config('loss')],
    ['as a metric', () => regression().compile({ loss: 'mse', metrics: [wrong(7)] }), config('metric')],
    ['as a layer', () => sequential([wrong('dense')]), config('sequential', 'layers')],
  ],
  order: [
    ['fit before compile', () => sequential([layers.dense({ units: 1, inputShape: [2] })]).fit(x, y), config('fit', 'compiled first')],
    ['evaluate before compile', () => sequential([layers.dense({ units: 1, inputShape: [2] })]).evaluate(x, y), config('evaluate', 'compiled first')],
    ['a model without layers', () => sequential([]).summary({ print: false }), config('no layers')],
    ['a first layer that does not say what it takes', () => sequential([layers.dense({ units: 1 })]).summary({ print: false }), config('inputShape', 'Dense')],
    [
      'layers that do not fit',
      () => sequential(wrong<[ReturnType<typeof layers.dense>]>([layers.flatten({ inputShape: [4] }), layers.lstm({ units: 2 })])).summary({ print: false }),
      at('lstm', shape('lstm', '[batch, steps, features]', '[null, 4]')),
    ],
    ['adding to a model in use', addToBuilt, config('add', 'before compile')],
    [
      'two fits at once',
      async () => {
        const model = net();
        const first = model.fit(x, y, { epochs: 50 });
        try {
          await model.fit(x, y);
        } finally {
          await first;
        }
      },
      config('fit', 'already'),
    ],
    [
      'a disposed model',
      async () => {
        const model = net();
        await model.dispose();
        await model.predict(x);
      },
      config('disposed'),
    ],
    ['a layer called on numbers', () => layers.dense({ units: 1 }).apply(wrong(x)), config('Dense', 'apply', 'input()')],
    ['a value of another kind of shape', () => layers.conv2d({ filters: 2, kernelSize: 3 }).apply(input({ shape: [4] })), shape('Conv2D', '[null, 4]')],
    ['a window larger than the picture', () => layers.conv2d({ filters: 2, kernelSize: 5 }).apply(input({ shape: [3, 3, 1] })), shape('Conv2D', '5', '3')],
  ],
  'changes of pictures that can not be': [
    ['more than a turn', () => layers.randomRotation({ factor: 1.5 }), config('RandomRotation', 'factor', 'from -1 to 1', '1.5')],
    ['three bounds', () => layers.randomBrightness(wrong({ factor: [0, 0.1, 0.2] })), config('RandomBrightness', 'or two')],
    ['less contrast than none', () => layers.randomContrast({ factor: -0.1 }), config('RandomContrast', 'from 0 to 1', '-0.1')],
    ['nothing left of a picture', () => layers.randomZoom({ heightFactor: [-1, 0] }), config('RandomZoom', 'heightFactor', 'above −1')],
    ['an unknown border', () => layers.randomTranslation(wrong({ heightFactor: 0.1, widthFactor: 0.1, fillMode: 'reflct' })), config('fillMode', 'reflct', 'reflect')],
    ['an unknown way between cells', () => layers.randomRotation(wrong({ factor: 0.1, interpolation: 'bicubic' })), config('interpolation', 'bicubic', 'bilinear')],
    ['an unknown direction', () => layers.randomFlip(wrong({ mode: 'sideways' })), config('mode', 'sideways', 'horizontal')],
    ['half a row', () => layers.randomCrop({ height: 2.5, width: 2 }), config('RandomCrop', 'height', '2.5')],
    ['a shape cut and filled', () => layers.resizing({ height: 2, width: 2, cropToAspectRatio: true, padToAspectRatio: true }), config('Resizing', "can't both")],
    ['pictures without channels', () => layers.randomFlip().apply(input({ shape: [8, 8] })), shape('RandomFlip', 'pictures', '[null, 8, 8]')],
  ],
  'windows that can not be': [
    ...(['conv1d', 'conv2d', 'conv3d', 'conv1dTranspose', 'conv2dTranspose', 'conv3dTranspose', 'separableConv2d'] as const).map(
      (name): Row => [
        `a stride beside a dilation: ${name}`,
        () => layers[name]({ filters: 2, kernelSize: 3, strides: 2, dilationRate: 3 } as never),
        config(/conv/i, 'strides', 'dilationRate', '2 and 3'),
      ],
    ),
    ['the same of each channel', () => layers.depthwiseConv2d({ kernelSize: 3, strides: 2, dilationRate: 3 }), config('DepthwiseConv2D', 'strides', 'dilationRate', '2 and 3')],
    ['a size for one axis of two', () => layers.conv2d({ filters: 2, kernelSize: [3] }), config('Conv2D', 'kernelSize', '2 numbers', 'received 1')],
    ['half a step', () => layers.maxPooling2d({ strides: 1.5 }), config('MaxPooling2D', 'strides', '1.5')],
    ['no dilation', () => layers.conv1d({ filters: 2, kernelSize: 3, dilationRate: 0 }), config('Conv1D', 'dilationRate', 'received 0')],
    ['causal pictures', () => layers.conv2d(wrong({ filters: 2, kernelSize: 3, padding: 'causal' })), config('Conv2D', 'padding', "'valid' or 'same'", "'causal'")],
    ['causal pooling', () => layers.averagePooling1d(wrong({ padding: 'causal' })), config('AveragePooling1D', "'causal'")],
    ['causal the other way', () => layers.conv1dTranspose(wrong({ filters: 2, kernelSize: 3, padding: 'causal' })), config('Conv1DTranspose', "'causal'")],
    ['groups that do not divide the filters', () => layers.conv2d({ filters: 3, kernelSize: 3, groups: 2 }), config('Conv2D', '2 groups', '3 filters')],
    ['groups that do not divide the channels', () => layers.conv2d({ filters: 4, kernelSize: 3, groups: 2 }).apply(input({ shape: [8, 8, 3] })), config('Conv2D', '2 groups', '3 channels')],
    [
      'as much padding behind as a stride',
      () => layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, outputPadding: 2 }),
      config('Conv2DTranspose', 'outputPadding', 'below strides', 'received 2'),
    ],
    ['padding behind for one axis of two', () => layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, outputPadding: [1] }), config('outputPadding', 'one per axis')],
    ['wider than a sequence', () => layers.conv1d({ filters: 2, kernelSize: 7 }).apply(input({ shape: [5, 3] })), shape('Conv1D', 'window of 7', 'axis 1', "'same'", '[null, 5, 3]')],
    [
      'wider than a picture by its gaps',
      () => layers.conv2d({ filters: 2, kernelSize: 3, dilationRate: 4 }).apply(input({ shape: [9, 8, 1] })),
      shape('Conv2D', 'window of 9', 'axis 2', '[null, 9, 8, 1]'),
    ],
    ['deeper than a volume', () => layers.conv3d({ filters: 2, kernelSize: [3, 1, 1] }).apply(input({ shape: [2, 4, 4, 1] })), shape('Conv3D', 'window of 3', 'axis 1')],
    ['of each channel, wider than the picture', () => layers.depthwiseConv2d({ kernelSize: 5 }).apply(input({ shape: [4, 6, 2] })), shape('DepthwiseConv2D', 'window of 5', 'axis 1')],
    ['pooling wider than the picture', () => layers.maxPooling2d({ poolSize: [2, 5] }).apply(input({ shape: [4, 4, 2] })), shape('MaxPooling2D', 'window of 5', 'axis 2')],
  ],
  files: [
    ['cut off', async () => loadModel((await bytesOf()).slice(0, -4)), format('cut off')],
    ['cut inside the header', async () => loadModel((await bytesOf()).slice(0, 100)), format('header')],
    ['empty', () => loadModel(new Uint8Array(0)), format('shorter')],
    ['something else', () => loadModel(new TextEncoder().encode('PK\u0003\u0004 this is a zip, not a model')), format('safetensors')],
    ['a header that claims 2^60 bytes', () => loadModel(new Uint8Array(new BigUint64Array([2n ** 60n, 0n]).buffer)), format('longer than the file')],
    ['in a place that does not exist', () => loadModel(join(tmpdir(), 'no-such-folder', 'model.safetensors')), format('no-such-folder')],
    [
      'on disk, but no model',
      async () => {
        const path = join(tmpdir(), `myelin-${process.pid}.safetensors`);
        await writeFile(path, 'nothing of the kind, and long enough to be read');
        await loadModel(path);
      },
      format('safetensors'),
    ],
  ],
};

describe.each(Object.entries(CASES))('%s', (_, rows) => {
  it.each(rows)('%s', async (_what, act, { kind, code, tells, layer }) => {
    const error = await Promise.resolve()
      .then(act)
      .then(
        () => undefined,
        (e: unknown) => e,
      );
    expect(error).toBeInstanceOf(MyelinError);
    const { name, message, code: own, layer: where } = error as MyelinError;
    expect(name, message).toBe(new kind().name);
    expect(own).toBe(code);
    for (const part of tells) expect(message).toMatch(part);
    if (layer) expect(where).toBe(layer);
  });
});

describe('memory', () => {
  it('that is not there is refused before training, with what was needed and the remedy', async () => {
    const wide = sequential([layers.dense({ units: 40_000, inputShape: [30_000] }), layers.dense({ units: 1 })]).compile({ loss: 'mse' });
    const error = await wide.fit(new Float32Array(30_000), [1]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EngineError);
    expect((error as EngineError).code).toBe('memory');
    expect((error as Error).message).toMatch(/[\d.]+ MB .* can grow to [\d.]+ MB.*; /);
    // The engine lives, and so do other models.
    const { data } = await net().predict(x);
    expect(data).toHaveLength(4);
  });
});

// A small case for every layer, at least: shapes of a row of each input, and the layer.
import { layers, ops } from 'myelin';

type AnyLayer = ReturnType<typeof layers.dense>;
export interface LayerCase {
  /** Of a row of each input. */
  readonly shapes: readonly (readonly number[])[];
  readonly make: () => unknown;
  /** Numbers from 0 to below this are indices, with no gradient of their own. */
  readonly indices?: number;
  /** Layers that do something else while training are differentiated in training. */
  readonly training?: boolean;
  /** Whether the inputs fix the batch. */
  readonly batch?: boolean;
  /** Of the differences; larger where rounding would count. Default 1e-2. */
  readonly step?: number;
}
export const made = (given: LayerCase): AnyLayer => given.make() as AnyLayer;

const [row, line, grid, volume] = [[5], [6, 4], [5, 4, 2], [3, 4, 3, 2]];
const one = (shape: readonly number[], make: () => unknown, more: Partial<LayerCase> = {}): LayerCase => ({ shapes: [shape], make, ...more });
const two = (shape: readonly number[], make: () => unknown, other: readonly number[] = shape): LayerCase => ({ shapes: [shape, other], make });
const noisy = (shape: readonly number[], make: () => unknown): LayerCase => one(shape, make, { training: true });
const alpha = { alphaInitializer: 'randomUniform' } as const;

/** Layers that do nothing in the engine, and the test that has them. */
export const WITHOUT_GRADIENT: Readonly<Record<string, string>> = {
  integerLookup: 'test/e2e/lookups.test.ts',
  stringLookup: 'test/e2e/lookups.test.ts',
  textVectorization: 'test/e2e/lookups.test.ts',
};

/** By the layer's name; behind ': ' stands what else is different. */
export const CASES: Readonly<Record<string, LayerCase>> = {
  activation: one(row, () => layers.activation({ activation: 'tanh' })),
  activityRegularization: one(row, () => layers.activityRegularization({ l2: 0.1 })),
  adaptiveAveragePooling1d: one(line, () => layers.adaptiveAveragePooling1d({ outputSize: 4 })),
  adaptiveAveragePooling2d: one(grid, () => layers.adaptiveAveragePooling2d({ outputSize: [3, 2] })),
  adaptiveAveragePooling3d: one(volume, () => layers.adaptiveAveragePooling3d({ outputSize: 2 })),
  adaptiveMaxPooling1d: one(line, () => layers.adaptiveMaxPooling1d({ outputSize: 4 })),
  adaptiveMaxPooling2d: one(grid, () => layers.adaptiveMaxPooling2d({ outputSize: [3, 2] })),
  adaptiveMaxPooling3d: one(volume, () => layers.adaptiveMaxPooling3d({ outputSize: 2 })),
  add: two(row, () => layers.add()),
  'add: broadcast': two([3, 5], () => layers.add(), [1, 5]),
  additiveAttention: two(line, () => layers.additiveAttention(), [3, 4]),
  alphaDropout: noisy(row, () => layers.alphaDropout({ rate: 0.3 })),
  attention: two(line, () => layers.attention({ useScale: true }), [3, 4]),
  average: two(row, () => layers.average()),
  averagePooling1d: one(line, () => layers.averagePooling1d()),
  averagePooling2d: one([5, 5, 2], () => layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  averagePooling3d: one(volume, () => layers.averagePooling3d({ padding: 'same' })),
  batchNormalization: one([5, 4], () => layers.batchNormalization(), { training: true, step: 3e-2 }),
  'batchNormalization: moving averages': one([5, 4], () => layers.batchNormalization()),
  bidirectional: one(line, () => layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }) })),
  categoryEncoding: one([4], () => layers.categoryEncoding({ numTokens: 5 }), { indices: 5 }),
  centerCrop: one([4, 5, 2], () => layers.centerCrop({ height: 6, width: 3 })),
  concatenate: two([2, 3], () => layers.concatenate(), [2, 2]),
  conv1d: one(line, () => layers.conv1d({ filters: 3, kernelSize: 3, padding: 'causal', dilationRate: 2 })),
  conv1dTranspose: one(line, () => layers.conv1dTranspose({ filters: 3, kernelSize: 3, strides: 2 })),
  conv2d: one([6, 5, 4], () => layers.conv2d({ filters: 4, kernelSize: [3, 2], strides: 2, padding: 'same', groups: 2 })),
  'conv2d: of low rank': one([4, 5, 4], () => layers.conv2d({ filters: 4, kernelSize: 2, groups: 2, loraRank: 3 })),
  conv2dTranspose: one([3, 4, 2], () => layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' })),
  conv3d: one([4, 4, 3, 2], () => layers.conv3d({ filters: 3, kernelSize: 2 })),
  conv3dTranspose: one([2, 3, 2, 2], () => layers.conv3dTranspose({ filters: 2, kernelSize: [3, 2, 3], strides: [2, 1, 2], padding: 'same' })),
  'conv3dTranspose: with steps between': one([3, 2, 2, 2], () => layers.conv3dTranspose({ filters: 2, kernelSize: 2, dilationRate: [2, 1, 2] })),
  convLstm1d: one([3, 5, 2], () => layers.convLstm1d({ filters: 2, kernelSize: 3, padding: 'same' })),
  convLstm2d: one([3, 4, 3, 2], () => layers.convLstm2d({ filters: 2, kernelSize: 2, returnSequences: true })),
  convLstm3d: one([2, 3, 2, 2, 1], () => layers.convLstm3d({ filters: 2, kernelSize: 2 })),
  cropping1d: one(line, () => layers.cropping1d()),
  cropping2d: one(grid, () => layers.cropping2d({ cropping: 1 })),
  cropping3d: one(volume, () => layers.cropping3d({ cropping: [1, 1, 0] })),
  dense: one(row, () => layers.dense({ units: 4, activation: 'tanh' })),
  'dense: of low rank': one(row, () => layers.dense({ units: 4, loraRank: 2 })),
  depthwiseConv1d: one(line, () => layers.depthwiseConv1d({ kernelSize: 3, depthMultiplier: 2 })),
  depthwiseConv2d: one(grid, () => layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', depthMultiplier: 2 })),
  discretization: one([4], () => layers.discretization({ binBoundaries: [-0.4, 0.35], outputMode: 'count' })),
  dot: two([3, 4], () => layers.dot({ axes: 2, normalize: true }), [2, 4]),
  dropout: noisy(row, () => layers.dropout({ rate: 0.3 })),
  einsumDense: one(line, () => layers.einsumDense({ equation: 'abc,cd->abd', outputShape: [null, 3], biasAxes: 'd' })),
  elu: one(row, () => layers.elu({ alpha: 1 })),
  embedding: one([4], () => layers.embedding({ inputDim: 5, outputDim: 3 }), { indices: 5 }),
  'embedding: of low rank': one([4], () => layers.embedding({ inputDim: 5, outputDim: 3, loraRank: 2 }), { indices: 5 }),
  flatten: one(line, () => layers.flatten()),
  gaussianDropout: noisy(row, () => layers.gaussianDropout({ rate: 0.3 })),
  gaussianNoise: noisy(row, () => layers.gaussianNoise({ stddev: 0.3 })),
  globalAveragePooling1d: one(line, () => layers.globalAveragePooling1d()),
  globalAveragePooling2d: one(grid, () => layers.globalAveragePooling2d()),
  globalAveragePooling3d: one(volume, () => layers.globalAveragePooling3d()),
  globalMaxPooling1d: one(line, () => layers.globalMaxPooling1d()),
  globalMaxPooling2d: one(grid, () => layers.globalMaxPooling2d()),
  globalMaxPooling3d: one(volume, () => layers.globalMaxPooling3d()),
  groupNormalization: one([5, 4], () => layers.groupNormalization({ groups: 2 })),
  groupQueryAttention: one(line, () => layers.groupQueryAttention({ headDim: 3, numQueryHeads: 4, numKeyValueHeads: 2 })),
  gru: one(line, () => layers.gru({ units: 3 })),
  'gru: the reset before': one(line, () => layers.gru({ units: 3, resetAfter: false, goBackwards: true })),
  gruCell: two([4], () => layers.gruCell({ units: 3 }), [3]),
  identity: one(row, () => layers.identity()),
  inputLayer: one(row, () => layers.inputLayer({ inputShape: [5] })),
  lambda: one(row, () => layers.lambda({ function: (x) => ops.mul(x, ops.sigmoid(x)) })),
  layerNormalization: one([5, 4], () => layers.layerNormalization()),
  'layerNormalization: rmsScaling': one([5, 4], () => layers.layerNormalization({ rmsScaling: true })),
  leakyReLU: one(row, () => layers.leakyReLU()),
  lstm: one(line, () => layers.lstm({ units: 3, returnSequences: true })),
  'lstm: stateful': one(line, () => layers.lstm({ units: 3, stateful: true }), { training: true, batch: true }),
  lstmCell: { shapes: [[4], [3], [3]], make: () => layers.lstmCell({ units: 3 }) },
  masking: one(line, () => layers.masking()),
  maximum: two(row, () => layers.maximum()),
  maxPooling1d: one(line, () => layers.maxPooling1d()),
  maxPooling2d: one(grid, () => layers.maxPooling2d({ padding: 'same' })),
  maxPooling3d: one([4, 4, 4, 2], () => layers.maxPooling3d()),
  minimum: two(row, () => layers.minimum()),
  multiHeadAttention: one(line, () => layers.multiHeadAttention({ numHeads: 2, keyDim: 3, useCausalMask: true })),
  'multiHeadAttention: a sliding window': one(line, () => layers.multiHeadAttention({ numHeads: 2, keyDim: 3, slidingWindow: 2 })),
  multiply: two(row, () => layers.multiply()),
  normalization: one(line, () => layers.normalization({ mean: [1, 2, 3, 4], variance: 2 })),
  permute: one(line, () => layers.permute({ dims: [2, 1] })),
  positionalEmbedding: one(line, () => layers.positionalEmbedding({ sequenceLength: 8 })),
  prelu: one(row, () => layers.prelu(alpha)),
  randomBrightness: noisy(grid, () => layers.randomBrightness({ factor: 0.2, valueRange: [-9, 9] })),
  randomContrast: noisy(grid, () => layers.randomContrast({ factor: 0.2, valueRange: [-9, 9] })),
  randomCrop: noisy(grid, () => layers.randomCrop({ height: 3, width: 3 })),
  randomFlip: noisy(grid, () => layers.randomFlip()),
  randomRotation: noisy(grid, () => layers.randomRotation({ factor: 0.2 })),
  randomTranslation: noisy(grid, () => layers.randomTranslation({ heightFactor: 0.2, widthFactor: 0.2 })),
  randomZoom: noisy(grid, () => layers.randomZoom({ heightFactor: 0.2 })),
  reLU: one(row, () => layers.reLU({ negativeSlope: 0.1 })),
  repeatVector: one(row, () => layers.repeatVector({ n: 2 })),
  rescaling: one(row, () => layers.rescaling({ scale: 0.5, offset: 1 })),
  resizing: one([3, 4, 2], () => layers.resizing({ height: 5, width: 2, antialias: true })),
  reshape: one(line, () => layers.reshape({ targetShape: [3, -1] })),
  reversibleEmbedding: one([4], () => layers.reversibleEmbedding({ inputDim: 5, outputDim: 3 }), { indices: 5 }),
  'reversibleEmbedding: back': one([4, 3], () => layers.reversibleEmbedding({ inputDim: 5, outputDim: 3, tieWeights: false, logitSoftCap: 2 })),
  rmsNormalization: one([5, 4], () => layers.rmsNormalization()),
  rnn: one(line, () => layers.rnn({ cell: [layers.gruCell({ units: 3 }), layers.lstmCell({ units: 2 })] })),
  separableConv1d: one(line, () => layers.separableConv1d({ filters: 3, kernelSize: 3 })),
  separableConv2d: one([5, 5, 2], () => layers.separableConv2d({ filters: 3, kernelSize: 3, depthMultiplier: 2 })),
  rotaryEmbedding: one([5, 2, 4], () => layers.rotaryEmbedding({ scalingFactor: 2 })),
  simpleRNN: one(line, () => layers.simpleRNN({ units: 3 })),
  simpleRNNCell: two([4], () => layers.simpleRNNCell({ units: 3 }), [3]),
  sinePositionEncoding: one(line, () => layers.sinePositionEncoding()),
  softmax: one(line, () => layers.softmax({ axis: [1, 2] })),
  spatialDropout1d: noisy(line, () => layers.spatialDropout1d({ rate: 0.3 })),
  spatialDropout2d: noisy(grid, () => layers.spatialDropout2d({ rate: 0.3 })),
  spatialDropout3d: noisy(volume, () => layers.spatialDropout3d({ rate: 0.3 })),
  stackedRNNCells: { shapes: [[4], [3], [2]], make: () => layers.stackedRNNCells({ cells: [layers.gruCell({ units: 3 }), layers.gruCell({ units: 2 })] }) },
  subtract: two(row, () => layers.subtract()),
  spectralNormalization: one(line, () => layers.spectralNormalization({ layer: layers.dense({ units: 3 }) })),
  timeDistributed: one(line, () => layers.timeDistributed({ layer: layers.dense({ units: 2 }) })),
  transformerDecoder: two(line, () => layers.transformerDecoder({ intermediateDim: 5, numHeads: 2, activation: 'tanh' }), [3, 4]),
  'transformerDecoder: alone, normalised first': one([3, 4], () => layers.transformerDecoder({ intermediateDim: 5, numHeads: 2, activation: 'tanh', normalizeFirst: true })),
  transformerEncoder: one(line, () => layers.transformerEncoder({ intermediateDim: 5, numHeads: 2, activation: 'tanh' })),
  unitNormalization: one([5, 4], () => layers.unitNormalization()),
  upSampling1d: one(line, () => layers.upSampling1d()),
  upSampling2d: one([3, 2, 2], () => layers.upSampling2d({ interpolation: 'bilinear' })),
  upSampling3d: one([2, 2, 2, 2], () => layers.upSampling3d()),
  zeroPadding1d: one(line, () => layers.zeroPadding1d()),
  zeroPadding2d: one(grid, () => layers.zeroPadding2d()),
  zeroPadding3d: one(volume, () => layers.zeroPadding3d()),
};

// Generated from the registry of operations in crates/ops by its test; don't edit.
import { call } from './call.js';
import type { DType, OpInfo, Tensor, Tracer } from './tensor.js';

/** What the program writer knows of each operation, by its code. */
export const OPS: readonly OpInfo[] = [
  { name: 'abs', rule: 'same', attrs: [] },
  { name: 'add', rule: 'broadcast', attrs: [] },
  { name: 'ceil', rule: 'same', attrs: [] },
  { name: 'clip', rule: 'same', attrs: ['f32', 'f32'] },
  { name: 'cos', rule: 'same', attrs: [] },
  { name: 'div', rule: 'broadcast', attrs: [] },
  { name: 'dropout', rule: 'same', attrs: ['f32', 'i32'] },
  { name: 'elu', rule: 'same', attrs: ['f32'] },
  { name: 'equal', rule: 'broadcast', attrs: [] },
  { name: 'erf', rule: 'same', attrs: [] },
  { name: 'exp', rule: 'same', attrs: [] },
  { name: 'expm1', rule: 'same', attrs: [] },
  { name: 'floor', rule: 'same', attrs: [] },
  { name: 'gelu', rule: 'same', attrs: [] },
  { name: 'geluGrad', rule: 'same', attrs: [] },
  { name: 'geluTanh', rule: 'same', attrs: [] },
  { name: 'geluTanhGrad', rule: 'same', attrs: [] },
  { name: 'greater', rule: 'broadcast', attrs: [] },
  { name: 'greaterEqual', rule: 'broadcast', attrs: [] },
  { name: 'hardSigmoid', rule: 'same', attrs: [] },
  { name: 'leakyRelu', rule: 'same', attrs: ['f32'] },
  { name: 'less', rule: 'broadcast', attrs: [] },
  { name: 'lessEqual', rule: 'broadcast', attrs: [] },
  { name: 'log', rule: 'same', attrs: [] },
  { name: 'log1p', rule: 'same', attrs: [] },
  { name: 'maximum', rule: 'broadcast', attrs: [] },
  { name: 'minimum', rule: 'broadcast', attrs: [] },
  { name: 'mish', rule: 'same', attrs: [] },
  { name: 'mul', rule: 'broadcast', attrs: [] },
  { name: 'neg', rule: 'same', attrs: [] },
  { name: 'notEqual', rule: 'broadcast', attrs: [] },
  { name: 'pow', rule: 'broadcast', attrs: [] },
  { name: 'reciprocal', rule: 'same', attrs: [] },
  { name: 'relu', rule: 'same', attrs: [] },
  { name: 'round', rule: 'same', attrs: [] },
  { name: 'rsqrt', rule: 'same', attrs: [] },
  { name: 'select', rule: 'broadcast', attrs: [] },
  { name: 'selu', rule: 'same', attrs: [] },
  { name: 'sigmoid', rule: 'same', attrs: [] },
  { name: 'sign', rule: 'same', attrs: [] },
  { name: 'silu', rule: 'same', attrs: [] },
  { name: 'sin', rule: 'same', attrs: [] },
  { name: 'softplus', rule: 'same', attrs: [] },
  { name: 'softsign', rule: 'same', attrs: [] },
  { name: 'sqrt', rule: 'same', attrs: [] },
  { name: 'square', rule: 'same', attrs: [] },
  { name: 'sub', rule: 'broadcast', attrs: [] },
  { name: 'tanh', rule: 'same', attrs: [] },
  { name: 'sum', rule: 'reduce', attrs: ['ints', 'bool'] },
  { name: 'mean', rule: 'reduce', attrs: ['ints', 'bool'] },
  { name: 'max', rule: 'reduce', attrs: ['ints', 'bool'] },
  { name: 'min', rule: 'reduce', attrs: ['ints', 'bool'] },
  { name: 'matmul', rule: 'matmul', attrs: ['bool', 'bool'] },
  { name: 'argmax', rule: 'argreduce', attrs: ['i32'] },
  { name: 'softmax', rule: 'along', attrs: ['i32'] },
  { name: 'softmaxGrad', rule: 'along', attrs: ['i32'] },
  { name: 'logSoftmax', rule: 'along', attrs: ['i32'] },
  { name: 'logSoftmaxGrad', rule: 'along', attrs: ['i32'] },
  { name: 'softmaxCrossEntropy', rule: 'crossEntropy', attrs: [] },
  { name: 'softmaxCrossEntropyGrad', rule: 'crossEntropyGrad', attrs: [] },
  { name: 'sparseSoftmaxCrossEntropy', rule: 'crossEntropy', attrs: [] },
  { name: 'sparseSoftmaxCrossEntropyGrad', rule: 'crossEntropyGrad', attrs: [] },
  { name: 'attention', rule: 'attention', attrs: ['i32', 'i32', 'f32', 'bool', 'f32', 'i32'] },
  { name: 'attentionGrad', rule: 'fill', attrs: ['ints', 'i32', 'i32', 'f32', 'bool', 'f32', 'i32'] },
  { name: 'layerNorm', rule: 'layerNorm', attrs: ['f32', 'bool'] },
  { name: 'layerNormGrad', rule: 'fill', attrs: ['ints', 'f32', 'bool'] },
  { name: 'reshape', rule: 'reshape', attrs: ['ints'] },
  { name: 'stopGradient', rule: 'same', attrs: [] },
  { name: 'transpose', rule: 'transpose', attrs: ['ints'] },
  { name: 'slice', rule: 'slice', attrs: ['ints', 'ints', 'ints'] },
  { name: 'sliceGrad', rule: 'fill', attrs: ['ints', 'ints', 'ints'] },
  { name: 'pad', rule: 'pad', attrs: ['ints', 'ints', 'f32'] },
  { name: 'concat', rule: 'concat', attrs: ['i32'] },
  { name: 'broadcastTo', rule: 'broadcastTo', attrs: ['ints'] },
  { name: 'cast', rule: 'cast', attrs: ['dtype'] },
  { name: 'gather', rule: 'gather', attrs: [] },
  { name: 'scatterAdd', rule: 'scatterAdd', attrs: ['i32'] },
  { name: 'oneHot', rule: 'oneHot', attrs: ['i32'] },
  { name: 'constant', rule: 'fill', attrs: ['ints', 'dtype', 'f32'] },
  { name: 'iota', rule: 'fill', attrs: ['ints', 'dtype', 'i32'] },
  { name: 'randomUniform', rule: 'fill', attrs: ['ints', 'dtype', 'f32', 'f32', 'i32'] },
  { name: 'randomNormal', rule: 'fill', attrs: ['ints', 'dtype', 'f32', 'f32', 'i32'] },
  { name: 'affineTransform', rule: 'affine', attrs: ['ints', 'bool', 'i32', 'f32'] },
  { name: 'affineTransformInputGrad', rule: 'fill', attrs: ['ints', 'ints', 'bool', 'i32', 'f32'] },
  { name: 'affineTransformMapGrad', rule: 'fill', attrs: ['ints', 'ints', 'bool', 'i32', 'f32'] },
  { name: 'avgPool2d', rule: 'pool', attrs: ['ints', 'ints', 'ints'] },
  { name: 'avgPool2dGrad', rule: 'fill', attrs: ['ints', 'ints', 'ints', 'ints'] },
  { name: 'conv2d', rule: 'conv', attrs: ['ints', 'ints', 'ints', 'i32'] },
  { name: 'conv2dKernelGrad', rule: 'fill', attrs: ['ints', 'ints', 'ints', 'ints', 'i32'] },
  { name: 'conv2dTranspose', rule: 'convTranspose', attrs: ['ints', 'ints', 'ints', 'i32', 'ints'] },
  { name: 'depthwiseConv2d', rule: 'depthwise', attrs: ['ints', 'ints', 'ints'] },
  { name: 'depthwiseConv2dInputGrad', rule: 'fill', attrs: ['ints', 'ints', 'ints', 'ints'] },
  { name: 'depthwiseConv2dKernelGrad', rule: 'fill', attrs: ['ints', 'ints', 'ints', 'ints'] },
  { name: 'maxPool2d', rule: 'pool', attrs: ['ints', 'ints', 'ints'] },
  { name: 'maxPool2dGrad', rule: 'same', attrs: ['ints', 'ints', 'ints'] },
  { name: 'pooledConv2dKernelGrad', rule: 'fill', attrs: ['ints', 'ints', 'ints', 'ints', 'i32', 'ints', 'ints', 'ints'] },
  { name: 'sequence', rule: 'recurrent', attrs: ['i32', 'i32', 'i32', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool'] },
  { name: 'sequenceWalk', rule: 'fill', attrs: ['ints', 'ints', 'i32', 'i32', 'i32', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool'] },
  { name: 'sequenceResult', rule: 'fill', attrs: ['ints', 'ints', 'i32', 'i32', 'i32', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool'] },
  { name: 'sequenceGrad', rule: 'fill', attrs: ['ints', 'ints', 'i32', 'i32', 'i32', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool'] },
  { name: 'sequenceInnerGrad', rule: 'fill', attrs: ['ints', 'ints', 'i32', 'i32', 'i32', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool'] },
  { name: 'sequenceKernelGrad', rule: 'fill', attrs: ['ints', 'ints', 'i32', 'i32', 'i32', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool', 'bool'] },
];

/** Builders of symbolic calls. */
export const ops = {
  /** |x|; the gradient at 0 is 0. */
  abs: (x: Tensor): Tensor => call(0, null, [x], []),
  /** x + y, broadcast. */
  add: (x: Tensor, y: Tensor): Tensor => call(1, null, [x, y], []),
  /** Smallest integer not below x. */
  ceil: (x: Tensor): Tensor => call(2, null, [x], []),
  /** x, kept inside [min, max]; the gradient passes inside the closed interval. */
  clip: (x: Tensor, attrs: { min: number; max: number }): Tensor => call(3, null, [x], [attrs.min, attrs.max]),
  /** Cosine of radians. */
  cos: (x: Tensor): Tensor => call(4, null, [x], []),
  /** x/y, broadcast. */
  div: (x: Tensor, y: Tensor): Tensor => call(5, null, [x, y], []),
  /** x/(1 − rate) with probability 1 − rate, else 0; the mask is made again for the gradient from (seed, key, step). */
  dropout: (x: Tensor, attrs: { rate: number; key: number }): Tensor => call(6, null, [x], [attrs.rate, attrs.key]),
  /** x, or alpha·(eˣ − 1) below 0. */
  elu: (x: Tensor, attrs: { alpha?: number } = {}): Tensor => call(7, null, [x], [attrs.alpha ?? 1]),
  /** 1 where x = y. */
  equal: (x: Tensor, y: Tensor): Tensor => call(8, null, [x, y], []),
  /** Error function. */
  erf: (x: Tensor): Tensor => call(9, null, [x], []),
  /** eˣ. */
  exp: (x: Tensor): Tensor => call(10, null, [x], []),
  /** eˣ − 1. */
  expm1: (x: Tensor): Tensor => call(11, null, [x], []),
  /** Largest integer not above x. */
  floor: (x: Tensor): Tensor => call(12, null, [x], []),
  /** x·Φ(x), exactly. */
  gelu: (x: Tensor): Tensor => call(13, null, [x], []),
  /** gelu by its tanh approximation. */
  geluTanh: (x: Tensor): Tensor => call(15, null, [x], []),
  /** 1 where x > y. */
  greater: (x: Tensor, y: Tensor): Tensor => call(17, null, [x, y], []),
  /** 1 where x ≥ y. */
  greaterEqual: (x: Tensor, y: Tensor): Tensor => call(18, null, [x, y], []),
  /** relu6(x + 3)/6, as in Keras 3. */
  hardSigmoid: (x: Tensor): Tensor => call(19, null, [x], []),
  /** x, or slope·x below 0; the gradient at 0 is that of the right side. */
  leakyRelu: (x: Tensor, attrs: { slope: number }): Tensor => call(20, null, [x], [attrs.slope]),
  /** 1 where x < y. */
  less: (x: Tensor, y: Tensor): Tensor => call(21, null, [x, y], []),
  /** 1 where x ≤ y. */
  lessEqual: (x: Tensor, y: Tensor): Tensor => call(22, null, [x, y], []),
  /** Natural logarithm. */
  log: (x: Tensor): Tensor => call(23, null, [x], []),
  /** ln(1 + x). */
  log1p: (x: Tensor): Tensor => call(24, null, [x], []),
  /** The larger of x and y; equal ones share the gradient. */
  maximum: (x: Tensor, y: Tensor): Tensor => call(25, null, [x, y], []),
  /** The smaller of x and y; equal ones share the gradient. */
  minimum: (x: Tensor, y: Tensor): Tensor => call(26, null, [x, y], []),
  /** x·tanh(softplus(x)). */
  mish: (x: Tensor): Tensor => call(27, null, [x], []),
  /** x·y, broadcast. */
  mul: (x: Tensor, y: Tensor): Tensor => call(28, null, [x, y], []),
  /** −x. */
  neg: (x: Tensor): Tensor => call(29, null, [x], []),
  /** 1 where x ≠ y. */
  notEqual: (x: Tensor, y: Tensor): Tensor => call(30, null, [x, y], []),
  /** x to the power of y. */
  pow: (x: Tensor, y: Tensor): Tensor => call(31, null, [x, y], []),
  /** 1/x. */
  reciprocal: (x: Tensor): Tensor => call(32, null, [x], []),
  /** max(x, 0); the gradient at 0 is 0. */
  relu: (x: Tensor): Tensor => call(33, null, [x], []),
  /** Nearest integer, halves to even. */
  round: (x: Tensor): Tensor => call(34, null, [x], []),
  /** 1/√x. */
  rsqrt: (x: Tensor): Tensor => call(35, null, [x], []),
  /** x where the condition is not 0, else y, broadcast. */
  select: (condition: Tensor, x: Tensor, y: Tensor): Tensor => call(36, null, [condition, x, y], []),
  /** scale·elu(x, alpha) with Klambauer's constants. */
  selu: (x: Tensor): Tensor => call(37, null, [x], []),
  /** 1/(1 + e⁻ˣ); dx = dy·y·(1 − y). */
  sigmoid: (x: Tensor): Tensor => call(38, null, [x], []),
  /** −1, 0 or 1. */
  sign: (x: Tensor): Tensor => call(39, null, [x], []),
  /** x·sigmoid(x), also called swish. */
  silu: (x: Tensor): Tensor => call(40, null, [x], []),
  /** Sine of radians. */
  sin: (x: Tensor): Tensor => call(41, null, [x], []),
  /** ln(1 + eˣ). */
  softplus: (x: Tensor): Tensor => call(42, null, [x], []),
  /** x/(1 + |x|). */
  softsign: (x: Tensor): Tensor => call(43, null, [x], []),
  /** Square root. */
  sqrt: (x: Tensor): Tensor => call(44, null, [x], []),
  /** x². */
  square: (x: Tensor): Tensor => call(45, null, [x], []),
  /** x − y, broadcast. */
  sub: (x: Tensor, y: Tensor): Tensor => call(46, null, [x, y], []),
  /** Hyperbolic tangent; dx = dy·(1 − y²). */
  tanh: (x: Tensor): Tensor => call(47, null, [x], []),
  /** Sum over axes. */
  sum: (x: Tensor, attrs: { axes: readonly number[]; keepDims?: boolean }): Tensor => call(48, null, [x], [attrs.axes, attrs.keepDims ?? false]),
  /** Mean over axes. */
  mean: (x: Tensor, attrs: { axes: readonly number[]; keepDims?: boolean }): Tensor => call(49, null, [x], [attrs.axes, attrs.keepDims ?? false]),
  /** Largest element over axes. */
  max: (x: Tensor, attrs: { axes: readonly number[]; keepDims?: boolean }): Tensor => call(50, null, [x], [attrs.axes, attrs.keepDims ?? false]),
  /** Smallest element over axes. */
  min: (x: Tensor, attrs: { axes: readonly number[]; keepDims?: boolean }): Tensor => call(51, null, [x], [attrs.axes, attrs.keepDims ?? false]),
  /** Matrix product over the last two axes; leading axes are batches, equal on both sides or missing on one. */
  matmul: (a: Tensor, b: Tensor, attrs: { transposeA?: boolean; transposeB?: boolean } = {}): Tensor => call(52, null, [a, b], [attrs.transposeA ?? false, attrs.transposeB ?? false]),
  /** Index of the first largest element along an axis, as int32. */
  argmax: (x: Tensor, attrs: { axis?: number } = {}): Tensor => call(53, null, [x], [attrs.axis ?? -1]),
  /** eˣ/Σ eˣ along an axis. */
  softmax: (x: Tensor, attrs: { axis?: number } = {}): Tensor => call(54, null, [x], [attrs.axis ?? -1]),
  /** x − ln Σ eˣ along an axis. */
  logSoftmax: (x: Tensor, attrs: { axis?: number } = {}): Tensor => call(56, null, [x], [attrs.axis ?? -1]),
  /** −Σ t·log softmax(x) of each row of logits x, with probabilities t as targets. */
  softmaxCrossEntropy: (logits: Tensor, targets: Tensor): Tensor => call(58, null, [logits, targets], []),
  /** −log softmax(x)[label] of each row of logits x. */
  sparseSoftmaxCrossEntropy: (logits: Tensor, labels: Tensor): Tensor => call(60, null, [logits, labels], []),
  /** softmax(scale·q·kᵀ)·v. Values: queries [batch, queries, heads·width], keys [batch, keys, groups·width], values [batch, keys, groups·size], then masks of ones and zeros [batch, heads, queries, keys] or 1 in places. Result [batch, queries, heads·size]; `rate` of the weights are dropped by `key`. */
  attention: (values: readonly Tensor[], attrs: { heads: number; groups: number; scale: number; causal?: boolean; rate?: number; key?: number }): Tensor => call(62, null, values, [attrs.heads, attrs.groups, attrs.scale, attrs.causal ?? false, attrs.rate ?? 0, attrs.key ?? 0]),
  /** (x − mean)/√(variance + ε)·γ + β over the last axis; if not centered, x/√(mean of squares + ε)·γ + β. */
  layerNorm: (x: Tensor, gamma: Tensor, beta: Tensor, attrs: { epsilon: number; centered?: boolean }): Tensor => call(64, null, [x, gamma, beta], [attrs.epsilon, attrs.centered ?? true]),
  /** The same elements, in row-major order, under another shape; one −1 stands for the rest. */
  reshape: (x: Tensor, attrs: { shape: readonly number[] }): Tensor => call(66, null, [x], [attrs.shape]),
  /** The value itself; gradients don't pass. */
  stopGradient: (x: Tensor): Tensor => call(67, null, [x], []),
  /** Axes in another order: axis i of the result is axis perm[i] of x. */
  transpose: (x: Tensor, attrs: { perm: readonly number[] }): Tensor => call(68, null, [x], [attrs.perm]),
  /** size[i] elements of each axis i, from begin[i] by stride[i]. */
  slice: (x: Tensor, attrs: { begin: readonly number[]; size: readonly number[]; stride: readonly number[] }): Tensor => call(69, null, [x], [attrs.begin, attrs.size, attrs.stride]),
  /** before[i] and after[i] elements of a value around each axis i. */
  pad: (x: Tensor, attrs: { before: readonly number[]; after: readonly number[]; value?: number }): Tensor => call(71, null, [x], [attrs.before, attrs.after, attrs.value ?? 0]),
  /** Values side by side along an axis. */
  concat: (values: readonly Tensor[], attrs: { axis?: number } = {}): Tensor => call(72, null, values, [attrs.axis ?? -1]),
  /** The value, repeated to a shape by NumPy's rules. */
  broadcastTo: (x: Tensor, attrs: { shape: readonly number[] }): Tensor => call(73, null, [x], [attrs.shape]),
  /** Elements as float32 or int32; floats are truncated, NaN becomes 0. */
  cast: (x: Tensor, attrs: { dtype: DType }): Tensor => call(74, null, [x], [attrs.dtype]),
  /** Rows of a table by index; an index outside of the table gives NaN. */
  gather: (table: Tensor, indices: Tensor): Tensor => call(75, null, [table, indices], []),
  /** Zeros, to whose rows updates are added by index, in order. */
  scatterAdd: (indices: Tensor, updates: Tensor, attrs: { rows: number }): Tensor => call(76, null, [indices, updates], [attrs.rows]),
  /** A row of `depth` zeros with a 1 at each index; zeros alone where the index is outside. */
  oneHot: (indices: Tensor, attrs: { depth: number }): Tensor => call(77, null, [indices], [attrs.depth]),
  /** One number everywhere. */
  constant: (tracer: Tracer, attrs: { shape: readonly number[]; dtype: DType; value: number }): Tensor => call(78, tracer, [], [attrs.shape, attrs.dtype, attrs.value]),
  /** Each element is its place along an axis, counted from 0 (and from the front). */
  iota: (tracer: Tracer, attrs: { shape: readonly number[]; dtype: DType; axis: number }): Tensor => call(79, tracer, [], [attrs.shape, attrs.dtype, attrs.axis]),
  /** Numbers between two bounds, keyed by (seed, key, step). */
  randomUniform: (tracer: Tracer, attrs: { shape: readonly number[]; dtype: DType; min: number; max: number; key: number }): Tensor => call(80, tracer, [], [attrs.shape, attrs.dtype, attrs.min, attrs.max, attrs.key]),
  /** Normal numbers with mean and standard deviation, keyed by (seed, key, step). */
  randomNormal: (tracer: Tracer, attrs: { shape: readonly number[]; dtype: DType; mean: number; stddev: number; key: number }): Tensor => call(81, tracer, [], [attrs.shape, attrs.dtype, attrs.mean, attrs.stddev, attrs.key]),
  /** Images [N, H, W, C] of another size: the result at (x, y) is image n at (ax + by + c, dx + ey + f), its map being row n of [N, 6]. Between cells by their distances or the nearest; outside lies a value (border 0), the last cell (1), the image mirrored (2) or again (3). */
  affineTransform: (images: Tensor, maps: Tensor, attrs: { size: readonly number[]; bilinear?: boolean; border?: number; value?: number }): Tensor => call(82, null, [images, maps], [attrs.size, attrs.bilinear ?? true, attrs.border ?? 0, attrs.value ?? 0]),
  /** The mean of the cells under each window of images [N, H, W, C]; padding (top, bottom, left, right) never counts. */
  avgPool2d: (x: Tensor, attrs: { pool: readonly number[]; strides?: readonly number[]; padding?: readonly number[] }): Tensor => call(85, null, [x], [attrs.pool, attrs.strides ?? [1, 1], attrs.padding ?? [0, 0, 0, 0]]),
  /** Convolution of images [N, H, W, C] with a kernel [KH, KW, C / groups, F]; padding is top, bottom, left, right. */
  conv2d: (x: Tensor, kernel: Tensor, attrs: { strides?: readonly number[]; padding?: readonly number[]; dilation?: readonly number[]; groups?: number } = {}): Tensor => call(87, null, [x, kernel], [attrs.strides ?? [1, 1], attrs.padding ?? [0, 0, 0, 0], attrs.dilation ?? [1, 1], attrs.groups ?? 1]),
  /** The input's gradient of a convolution: spreads [N, OH, OW, F] by a kernel [KH, KW, C / groups, F] over [N, …size, C]. */
  conv2dTranspose: (x: Tensor, kernel: Tensor, attrs: { strides?: readonly number[]; padding?: readonly number[]; dilation?: readonly number[]; groups?: number; size: readonly number[] }): Tensor => call(89, null, [x, kernel], [attrs.strides ?? [1, 1], attrs.padding ?? [0, 0, 0, 0], attrs.dilation ?? [1, 1], attrs.groups ?? 1, attrs.size]),
  /** Convolution of each channel of images [N, H, W, C] with its own M kernels [KH, KW, C, M]; padding as in conv2d. */
  depthwiseConv2d: (x: Tensor, kernel: Tensor, attrs: { strides?: readonly number[]; padding?: readonly number[]; dilation?: readonly number[] } = {}): Tensor => call(90, null, [x, kernel], [attrs.strides ?? [1, 1], attrs.padding ?? [0, 0, 0, 0], attrs.dilation ?? [1, 1]]),
  /** The largest cell under each window of images [N, H, W, C]; padding (top, bottom, left, right) never wins. */
  maxPool2d: (x: Tensor, attrs: { pool: readonly number[]; strides?: readonly number[]; padding?: readonly number[] }): Tensor => call(93, null, [x], [attrs.pool, attrs.strides ?? [1, 1], attrs.padding ?? [0, 0, 0, 0]]),
  /** A cell (0 simple, 1 LSTM, 2 GRU) along a sequence. Values: projected input [batch, steps, gates·units], recurrent weights [units, gates·units], then those that the flags announce: bias of the recurrent product, noise [batch, units], initial states [batch, units], mask [batch, steps]. Result [batch, rows, units]: the outputs of all steps or the last, then the last states. */
  sequence: (values: readonly Tensor[], attrs: { cell: number; activation?: number; gateActivation?: number; backwards?: boolean; zeroOutput?: boolean; sequences?: boolean; states?: boolean; bias?: boolean; noise?: boolean; initial?: boolean; mask?: boolean }): Tensor => call(96, null, values, [attrs.cell, attrs.activation ?? 0, attrs.gateActivation ?? 1, attrs.backwards ?? false, attrs.zeroOutput ?? false, attrs.sequences ?? false, attrs.states ?? false, attrs.bias ?? false, attrs.noise ?? false, attrs.initial ?? false, attrs.mask ?? false]),
};

// Transposed convolution over one, two and three axes.
import type { ActivationLike } from '../activations/index.js';
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { finished } from './conv.js';
import { type Dims, each, type Resolved } from './factory.js';
import { Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { Windowed } from './shapes.js';
import { channelsLast, type DataFormat } from './spatial.js';
import { checkPadding, checkWindow, type Padding, span, withWindow } from './windows.js';
import { type BiasOptions, type KernelOptions, optionsOf, withKernel } from './weight_options.js';

export interface ConvTransposeConfig extends LayerOptions, KernelOptions, BiasOptions {
  /** Channels of the output. */
  readonly filters: number;
  /** Places of the window: one number, or one per axis. */
  readonly kernelSize: number | readonly number[];
  /** Default 1. */
  readonly strides?: number | readonly number[];
  /** Default 'valid'. */
  readonly padding?: Padding;
  /** Places added at the end. Default: as many as make Keras's usual size. */
  readonly outputPadding?: number | readonly number[] | null;
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
  /** Default 1. */
  readonly dilationRate?: number | readonly number[];
  /** Default 'linear'. */
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default none. */
  readonly activityRegularizer?: RegularizerLike | null;
}
type Config = Resolved<ConvTransposeConfig>;

interface Axis {
  readonly size: number;
  readonly before: number;
  readonly after: number;
}

/** Size of an axis of the output, and the padding of the convolution whose gradient this is. */
function sizeOf(padding: Padding, n: number, kernel: number, stride: number, dilation: number, extra: number | null): Axis {
  const k = span(kernel, dilation);
  if (extra !== null && padding === 'same') {
    // As Keras divides the places between both sides.
    const total = k + (k % 2) - 2 + extra;
    const before = k - 1 - Math.min(Math.ceil(total / 2), k - 1);
    return { size: (n - 1) * stride + (k % 2) + extra, before, after: Math.max(k - (k % 2) - extra - before, 0) };
  }
  if (extra !== null) return { size: (n - 1) * stride + k + extra, before: 0, after: 0 };
  if (padding === 'valid') return { size: n * stride + Math.max(k - stride, 0), before: 0, after: 0 };
  const total = Math.max(k - stride, 0);
  return { size: n * stride, before: Math.floor(total / 2), after: Math.ceil(total / 2) };
}

/** Each place that is added at the end is one that a stride steps over. */
function checkOutputPadding({ outputPadding, strides }: Config, name: string, axes: number): void {
  if (outputPadding === null) return;
  const [extra, steps] = [each(outputPadding, axes), each(strides, axes)];
  if (extra.length !== axes || extra.some((p, i) => !Number.isInteger(p) || p < 0 || p >= (steps[i] as number)))
    throw new ConfigError(`${name}: outputPadding must be whole numbers from 0 to below strides, one per axis; received ${outputPadding} at strides ${strides}`, {
      layer: name,
      received: outputPadding,
    });
}

/* @__NO_SIDE_EFFECTS__ */
const definition = (axes: 1 | 2 | 3): LayerDefinition<Config> => ({
  className: `Conv${axes}DTranspose`,
  defaults: withKernel(
    withWindow({
      outputPadding: null,
      activation: 'linear',
      useBias: true,
      activityRegularizer: null,
    }),
  ),
  check(c, name) {
    checkWindow(name, { filters: c.filters, kernelSize: c.kernelSize, strides: c.strides, dilationRate: c.dilationRate }, axes);
    checkPadding(name, c.padding, ['valid', 'same']);
    checkOutputPadding(c, name, axes);
  },
  mask: null,
  call(scope, x) {
    const c = scope.config;
    if (x.shape.length !== axes + 2) scope.fail(`takes ${axes + 2} axes`, x.shape);
    const [kernel, strides, dilation] = [each(c.kernelSize, axes), each(c.strides, axes), each(c.dilationRate, axes)];
    const out = channelsLast(x, c.dataFormat, (image) => {
      const channels = image.shape.at(-1) as number;
      const weight = scope.weight('kernel', [...kernel, c.filters, channels], optionsOf(c, 'kernel'));
      const sizes = kernel.map((k, i) =>
        sizeOf(c.padding, image.shape[i + 1] as number, k, strides[i] as number, dilation[i] as number, c.outputPadding === null ? null : (each(c.outputPadding, axes)[i] as number)),
      );
      return finished(scope, transposed(image, weight, axes, sizes, strides, dilation), c.filters);
    });
    scope.penalize(out, c.activityRegularizer);
    return out;
  },
});

function transposed(image: Tensor, weight: Tensor, axes: 1 | 2 | 3, sizes: readonly Axis[], strides: readonly number[], dilation: readonly number[]): Tensor {
  const padding = sizes.flatMap(({ before, after }) => [before, after]);
  const size = sizes.map((s) => s.size);
  if (axes === 3) return transposed3(image, weight, sizes, strides, dilation);
  if (axes === 2) return ops.conv2dTranspose(image, weight, { strides, dilation, padding, size });
  const [batch = 1, steps = 1, channels = 1] = image.shape;
  const y = ops.conv2dTranspose(ops.reshape(image, { shape: [batch, 1, steps, channels] }), ops.reshape(weight, { shape: [1, ...weight.shape] }), {
    strides: [1, ...strides],
    dilation: [1, ...dilation],
    padding: [0, 0, ...padding],
    size: [1, ...size],
  });
  return ops.reshape(y, { shape: [batch, y.shape[2] as number, y.shape[3] as number] });
}

/** Three axes: one product makes pictures for every place of the window's first axis; they are added where they belong. */
function transposed3(image: Tensor, weight: Tensor, [deep, ...flat]: readonly Axis[], [stride = 1, ...strides]: readonly number[], [step = 1, ...dilation]: readonly number[]): Tensor {
  const [batch = 1, depth = 1, ...picture] = image.shape;
  const [taps = 1, rows = 1, columns = 1, filters = 1, channels = 1] = weight.shape;
  const kernel = ops.reshape(ops.transpose(weight, { perm: [1, 2, 0, 3, 4] }), { shape: [rows, columns, taps * filters, channels] });
  const all = transposed(ops.reshape(image, { shape: [batch * depth, ...picture] }), kernel, 2, flat, strides, dilation);
  const shape = [batch, depth, ...all.shape.slice(1, 3), filters];
  let sum: Tensor | undefined;
  for (let k = 0; k < taps; k++) {
    const part = ops.slice(all, { begin: [0, 0, 0, k * filters], size: [...all.shape.slice(0, 3), filters], stride: [1, 1, 1, 1] });
    const placed = shifted(spread(ops.reshape(part, { shape }), stride), k * step - (deep as Axis).before, (deep as Axis).size);
    sum = sum ? ops.add(sum, placed) : placed;
  }
  return sum as Tensor;
}

/** Zeros behind each place of the first axis after the batch, so that places are `stride` apart. */
function spread(x: Tensor, stride: number): Tensor {
  if (stride === 1) return x;
  const [batch = 1, n = 1, ...rest] = x.shape;
  const none = rest.map(() => 0);
  const apart = ops.pad(ops.reshape(x, { shape: [batch, n, 1, ...rest] }), { before: [0, 0, 0, ...none], after: [0, 0, stride - 1, ...none] });
  return ops.reshape(apart, { shape: [batch, n * stride, ...rest] });
}

/** `size` places of the first axis after the batch, moved by `by`; zeros come in. */
function shifted(x: Tensor, by: number, size: number): Tensor {
  const [batch = 1, n = 1, ...rest] = x.shape;
  const none = rest.map(() => 0);
  const [begin, before] = [Math.max(-by, 0), Math.min(Math.max(by, 0), size)];
  const count = Math.max(Math.min(n - begin, size - before), 0);
  const kept = ops.slice(x, { begin: [0, Math.min(begin, n), ...none], size: [batch, count, ...rest], stride: x.shape.map(() => 1) });
  return ops.pad(kept, { before: [0, before, ...none], after: [0, size - before - count, ...none] });
}

const one = definition(1);
const two = definition(2);
const three = definition(3);

/** The gradient of a convolution along sequences, as a layer. Weights: kernel [size, filters, channels], bias [filters]. Keras's Conv1DTranspose. */
export function conv1dTranspose<const F extends number, const I extends Dims = undefined>(config: ConvTransposeConfig & { readonly filters: F; readonly inputShape?: I }) {
  return new Layer<Windowed<[1], F, 'conv1dTranspose'>, I, Config>(one, config as never);
}
/**
 * The gradient of a convolution of pictures, as a layer: makes them larger. Weights: kernel [rows, columns, filters, channels], bias [filters]. Keras's Conv2DTranspose.
 * @example
 * sequential([layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', inputShape: [7, 7, 8] })]); // [null, 14, 14, 4]
 */
export function conv2dTranspose<const F extends number, const I extends Dims = undefined>(config: ConvTransposeConfig & { readonly filters: F; readonly inputShape?: I }) {
  return new Layer<Windowed<[1, 2], F, 'conv2dTranspose'>, I, Config>(two, config as never);
}
/**
 * The gradient of a convolution of volumes, as a layer: makes them larger. Weights: kernel [depth, rows, columns, filters, channels], bias [filters]. Keras's Conv3DTranspose.
 * @example
 * sequential([layers.conv3dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', inputShape: [5, 7, 7, 8] })]); // [null, 10, 14, 14, 4]
 */
export function conv3dTranspose<const F extends number, const I extends Dims = undefined>(config: ConvTransposeConfig & { readonly filters: F; readonly inputShape?: I }) {
  return new Layer<Windowed<[1, 2, 3], F, 'conv3dTranspose'>, I, Config>(three, config as never);
}

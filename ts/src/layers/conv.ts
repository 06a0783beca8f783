// Convolution over one, two and three axes.
import type { ActivationLike } from '../activations/index.js';
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { type Dims, each, type Resolved } from './factory.js';
import { Layer, type LayerDefinition, type LayerOptions, type Scope } from './layer.js';
import { checkLora, corrected, frozenBy, type LoraOptions, withLora } from './lora.js';
import type { Windowed } from './shapes.js';
import { channelsLast, type DataFormat } from './spatial.js';
import { around, around2, checkFits, checkPadding, checkWindow, type Padding, span, withWindow } from './windows.js';
import { type BiasOptions, type KernelOptions, optionsOf, withKernel } from './weight_options.js';

export interface ConvConfig extends LayerOptions, KernelOptions, BiasOptions, LoraOptions {
  /** Channels of the output. */
  readonly filters: number;
  /** Places of the window: one number, or one per axis. */
  readonly kernelSize: number | readonly number[];
  /** Steps of the window. Default 1. */
  readonly strides?: number | readonly number[];
  /** 'valid' by default; 'same' keeps the number of places at stride 1; 'causal' (one axis only) looks back alone. */
  readonly padding?: Padding | 'causal';
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
  /** Steps between the window's places. Default 1. */
  readonly dilationRate?: number | readonly number[];
  /** Groups of channels that don't see each other. Default 1. */
  readonly groups?: number;
  /** Default 'linear'. */
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default none. */
  readonly activityRegularizer?: RegularizerLike | null;
}
type Config = Resolved<ConvConfig>;

/** Numbers of a convolution, one per axis. */
interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
  readonly groups: number;
}

export function conv2d_(x: Tensor, weight: Tensor, { kernel, strides, dilation, padding, groups }: Window): Tensor {
  return ops.conv2d(x, weight, { strides, dilation, groups, padding: around2(padding, x.shape.slice(1, 3), kernel, strides, dilation) });
}

/** One axis: a picture of one row. */
function conv1d_(x: Tensor, weight: Tensor, w: Window, padding: Padding | 'causal'): Tensor {
  const [batch = 1, steps = 1, channels = 1] = x.shape;
  const [k = 1, inner = 1, filters = 1] = weight.shape;
  const [stride = 1, dilation = 1] = [w.strides[0], w.dilation[0]];
  const y = ops.conv2d(ops.reshape(x, { shape: [batch, 1, steps, channels] }), ops.reshape(weight, { shape: [1, k, inner, filters] }), {
    strides: [1, stride],
    dilation: [1, dilation],
    groups: w.groups,
    padding: [0, 0, ...around(padding, steps, k, stride, dilation)],
  });
  return ops.reshape(y, { shape: [batch, y.shape[2] as number, filters] });
}

/** Three axes: for each place of the window's first axis, pictures of the other two, added up. */
function conv3d_(x: Tensor, weight: Tensor, w: Window): Tensor {
  const [before, after] = around(w.padding, x.shape[1] as number, w.kernel[0] as number, w.strides[0] as number, w.dilation[0] as number);
  const deep = ops.pad(x, { before: [0, before, 0, 0, 0], after: [0, after, 0, 0, 0] });
  const [batch = 1, depth = 1, rows = 1, columns = 1, channels = 1] = deep.shape;
  const [stride = 1, dilation = 1] = [w.strides[0], w.dilation[0]];
  const count = Math.floor((depth - span(w.kernel[0] as number, dilation)) / stride) + 1;
  const flat: Window = { ...w, kernel: w.kernel.slice(1), strides: w.strides.slice(1), dilation: w.dilation.slice(1) };
  let sum: Tensor | undefined;
  for (let k = 0; k < (w.kernel[0] as number); k++) {
    const slab = ops.slice(deep, { begin: [0, k * dilation, 0, 0, 0], size: [batch, count, rows, columns, channels], stride: [1, stride, 1, 1, 1] });
    const tap = ops.slice(weight, { begin: [k, 0, 0, 0, 0], size: [1, ...weight.shape.slice(1)], stride: [1, 1, 1, 1, 1] });
    const part = conv2d_(ops.reshape(slab, { shape: [batch * count, rows, columns, channels] }), ops.reshape(tap, { shape: weight.shape.slice(1) }), flat);
    sum = sum ? ops.add(sum, part) : part;
  }
  const [, r = 1, c = 1, filters = 1] = (sum as Tensor).shape;
  return ops.reshape(sum as Tensor, { shape: [batch, count, r, c, filters] });
}

/** A convolution of the right number of axes, channels last. */
export function convolved(x: Tensor, weight: Tensor, w: Window, padding: Padding | 'causal'): Tensor {
  if (w.kernel.length === 1) return conv1d_(x, weight, w, padding);
  return w.kernel.length === 2 ? conv2d_(x, weight, w) : conv3d_(x, weight, w);
}

function checkConv(c: Config, name: string, axes: number): void {
  checkLora(c, name);
  checkWindow(name, { filters: c.filters, kernelSize: c.kernelSize, strides: c.strides, dilationRate: c.dilationRate, groups: c.groups }, axes);
  checkPadding(name, c.padding, axes === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same']);
  if (c.filters % c.groups !== 0) throw new ConfigError(`${name}: ${c.groups} groups don't divide ${c.filters} filters`, { layer: name, expected: c.filters, received: c.groups });
}

/* @__NO_SIDE_EFFECTS__ */
const definition = (axes: number): LayerDefinition<Config> => ({
  className: `Conv${axes}D`,
  defaults: withLora(
    withKernel(
      withWindow({
        groups: 1,
        activation: 'linear',
        useBias: true,
        activityRegularizer: null,
      }),
    ),
  ),
  check: (c, name) => checkConv(c, name, axes),
  mask: null,
  call(scope, x) {
    const c = scope.config;
    if (x.shape.length !== axes + 2) scope.fail(`takes ${axes + 2} axes`, x.shape);
    const out = channelsLast(x, c.dataFormat, (image) => {
      const channels = image.shape.at(-1) as number;
      if (channels % c.groups !== 0) throw new ConfigError(`${scope.path}: ${c.groups} groups don't divide ${channels} channels`, { layer: scope.path, expected: channels, received: c.groups });
      const window: Window = {
        kernel: each(c.kernelSize, axes),
        strides: each(c.strides, axes),
        dilation: each(c.dilationRate, axes),
        padding: c.padding === 'causal' ? 'valid' : c.padding,
        groups: c.groups,
      };
      checkFits(scope as never, x.shape, image.shape.slice(1, -1), window.kernel, window.dilation, c.padding);
      const options = optionsOf(c, 'kernel');
      const kernel = scope.weight('kernel', [...window.kernel, channels / c.groups, c.filters], frozenBy(c, options));
      const bias = biasOf(scope, c.filters);
      return finished(scope, convolved(image, corrected(scope, 'kernel', kernel, options), window, c.padding), c.filters, bias);
    });
    scope.penalize(out, c.activityRegularizer);
    return out;
  },
});

type Finish = Scope<Pick<Config, 'useBias' | 'activation'> & Required<BiasOptions>>;
const biasOf = (scope: Finish, filters: number): Tensor | null => (scope.config.useBias ? scope.weight('bias', [filters], optionsOf(scope.config, 'bias')) : null);

/** Bias and activation. */
export function finished(scope: Finish, y: Tensor, filters: number, bias = biasOf(scope, filters)): Tensor {
  return scope.activate(bias ? ops.add(y, bias) : y, scope.config.activation);
}

const one = definition(1);
const two = definition(2);
const three = definition(3);

/**
 * Convolution along sequences. [batch, steps, channels] → [batch, steps', filters].
 * Weights: kernel [size, channels, filters], bias [filters]. Keras's Conv1D.
 * @example
 * sequential([layers.conv1d({ filters: 8, kernelSize: 3, padding: 'causal', inputShape: [20, 4] })]);
 */
export function conv1d<const F extends number, const I extends Dims = undefined>(config: ConvConfig & { readonly filters: F; readonly inputShape?: I }) {
  return new Layer<Windowed<[1], F, 'conv1d'>, I, Config>(one as LayerDefinition<Config>, config as never);
}
/**
 * Convolution of pictures. [batch, rows, columns, channels] → [batch, rows', columns', filters].
 * Weights: kernel [rows, columns, channels, filters], bias [filters]. Keras's Conv2D.
 * @example
 * sequential([layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }), layers.flatten()]);
 */
export function conv2d<const F extends number, const I extends Dims = undefined>(config: ConvConfig & { readonly filters: F; readonly inputShape?: I }) {
  return new Layer<Windowed<[1, 2], F, 'conv2d'>, I, Config>(two as LayerDefinition<Config>, config as never);
}
/** Convolution of volumes. Weights: kernel [depth, rows, columns, channels, filters], bias [filters]. Keras's Conv3D. */
export function conv3d<const F extends number, const I extends Dims = undefined>(config: ConvConfig & { readonly filters: F; readonly inputShape?: I }) {
  return new Layer<Windowed<[1, 2, 3], F, 'conv3d'>, I, Config>(three as LayerDefinition<Config>, config as never);
}

// Depthwise and separable convolution over one and two axes.
import type { ActivationLike } from '../activations/index.js';
import type { ConstraintLike } from '../constraints/index.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import type { InitializerLike } from '../initializers/index.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { finished } from './conv.js';
import { type Dims, each, factory, REQUIRED, type Resolved } from './factory.js';
import { Layer, type LayerDefinition, type LayerOptions, type Scope } from './layer.js';
import type { Unknown, Windowed } from './shapes.js';
import { channelsLast, type DataFormat } from './spatial.js';
import { around, around2, checkFits, checkPadding, checkWindow, type Padding } from './windows.js';
import { type BiasOptions, optionsOf } from './weight_options.js';

export interface DepthwiseConvConfig extends LayerOptions, BiasOptions {
  /** Places of the window: one number, or one per axis. */
  readonly kernelSize: number | readonly number[];
  /** Default 1. */
  readonly strides?: number | readonly number[];
  /** Default 'valid'; 'causal' for one axis. */
  readonly padding?: Padding | 'causal';
  /** Results per channel. Default 1. */
  readonly depthMultiplier?: number;
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
  /** Default 1. */
  readonly dilationRate?: number | readonly number[];
  /** Default 'linear'. */
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default 'glorotUniform'. */
  readonly depthwiseInitializer?: InitializerLike;
  /** Default none. */
  readonly depthwiseRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly depthwiseConstraint?: ConstraintLike | null;
  /** Default none. */
  readonly activityRegularizer?: RegularizerLike | null;
}
export interface SeparableConvConfig extends DepthwiseConvConfig {
  /** Channels of the output. */
  readonly filters: number;
  /** Default 'glorotUniform'. */
  readonly pointwiseInitializer?: InitializerLike;
  /** Default none. */
  readonly pointwiseRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly pointwiseConstraint?: ConstraintLike | null;
}
type Config = Resolved<DepthwiseConvConfig>;
type Separable = Resolved<SeparableConvConfig>;

const DEFAULTS: Config = {
  kernelSize: REQUIRED,
  strides: 1,
  padding: 'valid',
  depthMultiplier: 1,
  dataFormat: 'channelsLast',
  dilationRate: 1,
  activation: 'linear',
  useBias: true,
  depthwiseInitializer: 'glorotUniform',
  biasInitializer: 'zeros',
  depthwiseRegularizer: null,
  depthwiseConstraint: null,
  biasRegularizer: null,
  biasConstraint: null,
  activityRegularizer: null,
};

function check(c: Config, name: string, axes: number): void {
  checkWindow(name, { kernelSize: c.kernelSize, strides: c.strides, dilationRate: c.dilationRate, depthMultiplier: c.depthMultiplier }, axes);
  checkPadding(name, c.padding, axes === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same']);
}

/** Each channel with kernels of its own, channels last. */
function depthwise(scope: Scope<Config>, image: Tensor, axes: 1 | 2, name: string): Tensor {
  const c = scope.config;
  const [kernel, strides, dilation] = [each(c.kernelSize, axes), each(c.strides, axes), each(c.dilationRate, axes)];
  const channels = image.shape.at(-1) as number;
  checkFits(scope as never, image.shape, image.shape.slice(1, -1), kernel, dilation, c.padding);
  const weight = scope.weight(name, [...kernel, channels, c.depthMultiplier], optionsOf(c, 'depthwise'));
  if (axes === 2) return ops.depthwiseConv2d(image, weight, { strides, dilation, padding: around2(c.padding as Padding, image.shape.slice(1, 3), kernel, strides, dilation) });
  const [batch = 1, steps = 1] = image.shape;
  const y = ops.depthwiseConv2d(ops.reshape(image, { shape: [batch, 1, steps, channels] }), ops.reshape(weight, { shape: [1, ...weight.shape] }), {
    strides: [1, ...strides],
    dilation: [1, ...dilation],
    padding: [0, 0, ...around(c.padding, steps, kernel[0] as number, strides[0] as number, dilation[0] as number)],
  });
  return ops.reshape(y, { shape: [batch, y.shape[2] as number, y.shape[3] as number] });
}

/* @__NO_SIDE_EFFECTS__ */
const depthwiseDefinition = (axes: 1 | 2): LayerDefinition<Config> => ({
  className: `DepthwiseConv${axes}D`,
  defaults: DEFAULTS,
  check: (c, name) => check(c, name, axes),
  mask: null,
  call(scope, x) {
    const c = scope.config;
    if (x.shape.length !== axes + 2) scope.fail(`takes ${axes + 2} axes`, x.shape);
    const out = channelsLast(x, c.dataFormat, (image) => {
      const y = depthwise(scope, image, axes, 'kernel');
      return finished(scope, y, y.shape.at(-1) as number);
    });
    scope.penalize(out, c.activityRegularizer);
    return out;
  },
});

/* @__NO_SIDE_EFFECTS__ */
const separableDefinition = (axes: 1 | 2): LayerDefinition<Separable> => ({
  className: `SeparableConv${axes}D`,
  defaults: { ...DEFAULTS, filters: REQUIRED, pointwiseInitializer: 'glorotUniform', pointwiseRegularizer: null, pointwiseConstraint: null },
  check(c, name) {
    check(c, name, axes);
    checkWindow(name, { filters: c.filters }, axes);
  },
  mask: null,
  call(scope, x) {
    const c = scope.config;
    if (x.shape.length !== axes + 2) scope.fail(`takes ${axes + 2} axes`, x.shape);
    const out = channelsLast(x, c.dataFormat, (image) => {
      const deep = depthwise(scope as unknown as Scope<Config>, image, axes, 'depthwise_kernel');
      const width = deep.shape.at(-1) as number;
      const weight = scope.weight('pointwise_kernel', [...new Array<number>(axes).fill(1), width, c.filters], optionsOf(c, 'pointwise'));
      const y = ops.matmul(ops.reshape(deep, { shape: [-1, width] }), ops.reshape(weight, { shape: [width, c.filters] }));
      return ops.reshape(finished(scope, y, c.filters), { shape: [...deep.shape.slice(0, -1), c.filters] });
    });
    scope.penalize(out, c.activityRegularizer);
    return out;
  },
});

const separable1 = separableDefinition(1);
const separable2 = separableDefinition(2);

/** Each channel of sequences with kernels of its own. Keras's DepthwiseConv1D. */
export const depthwiseConv1d = factory<DepthwiseConvConfig, Unknown>(depthwiseDefinition(1));
/** Each channel of pictures with kernels of its own. Keras's DepthwiseConv2D. */
export const depthwiseConv2d = factory<DepthwiseConvConfig, Unknown>(depthwiseDefinition(2));
/** A depthwise convolution, then one across channels. Keras's SeparableConv1D. */
export function separableConv1d<const F extends number, const I extends Dims = undefined>(config: SeparableConvConfig & { readonly filters: F; readonly inputShape?: I }) {
  return new Layer<Windowed<[1], F, 'separableConv1d'>, I, Separable>(separable1, config as never);
}
/** A depthwise convolution of pictures, then one across channels. Keras's SeparableConv2D (Chollet 2017). */
export function separableConv2d<const F extends number, const I extends Dims = undefined>(config: SeparableConvConfig & { readonly filters: F; readonly inputShape?: I }) {
  return new Layer<Windowed<[1, 2], F, 'separableConv2d'>, I, Separable>(separable2, config as never);
}

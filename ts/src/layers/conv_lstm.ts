// LSTM whose products are convolutions, over one, two and three axes of places.
import type { ActivationLike } from '../activations/index.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import type { InitializerLike } from '../initializers/index.js';
import type { RegularizerLike } from '../regularizers/index.js';
import type { ConstraintLike } from '../constraints/index.js';
import { convolved } from './conv.js';
import { each, factory, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions, Scope } from './layer.js';
import { forgetBias } from './lstm.js';
import { applied, checkDropout, collected, firstStates, gate, lastStates, noise, type SequenceConfig, sequenceMask, unstack, walk, withSequence, zeros } from './recurrent.js';
import type { Unknown } from './shapes.js';
import { type DataFormat, fromLast, toLast } from './spatial.js';
import { type BiasOptions, type KernelOptions, optionsOf, withKernel } from './weight_options.js';
import { checkFits, checkPadding, checkWindow, type Padding, withWindow } from './windows.js';

export interface ConvLSTMConfig extends LayerOptions, SequenceConfig, KernelOptions, BiasOptions {
  /** Channels of the state. */
  readonly filters: number;
  /** Places of the window: one number, or one per axis. */
  readonly kernelSize: number | readonly number[];
  /** Steps of the window over the input; that over the state has 1. Default 1. */
  readonly strides?: number | readonly number[];
  /** Of the input; the state is always padded to its own size. Default 'valid'. */
  readonly padding?: Padding;
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
  /** Steps between the window's places. Default 1. */
  readonly dilationRate?: number | readonly number[];
  /** Default 'tanh'. */
  readonly activation?: ActivationLike;
  /** Of the gates. Default 'sigmoid'. */
  readonly recurrentActivation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default 'orthogonal'. */
  readonly recurrentInitializer?: InitializerLike;
  /** Default none. */
  readonly recurrentRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly recurrentConstraint?: ConstraintLike | null;
  /** Whether the forget gate's bias starts at 1. Default true. */
  readonly unitForgetBias?: boolean;
  /** Share of the inputs that is dropped, the same at all steps. Default 0. */
  readonly dropout?: number;
  /** Share of the state that is dropped, the same at all steps. Default 0. */
  readonly recurrentDropout?: number;
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}
type Config = Resolved<ConvLSTMConfig>;

/** What the input adds to the gates, for all steps at once: [batch, steps, …, 4·filters]. */
function projected(scope: Scope<Config>, x: Tensor, axes: number): Tensor {
  const c = scope.config;
  const [batch = 1, steps = 1, ...image] = x.shape;
  const [kernel, strides, dilation] = [each(c.kernelSize, axes), each(c.strides, axes), each(c.dilationRate, axes)];
  checkFits(scope as never, x.shape, image.slice(0, -1), kernel, dilation, c.padding);
  const weight = scope.weight('kernel', [...kernel, image.at(-1) as number, 4 * c.filters], optionsOf(c, 'kernel'));
  const dropped = applied(x, noise(scope, c.dropout, x, [batch, 1, ...image], 0));
  return steppedBy(dropped, steps, (flat) => convolved(flat, weight, { kernel, strides, dilation, padding: c.padding, groups: 1 }, c.padding));
}

/** Runs `body` on all steps as one batch. */
function steppedBy(x: Tensor, steps: number, body: (flat: Tensor) => Tensor): Tensor {
  const y = body(ops.reshape(x, { shape: [-1, ...x.shape.slice(2)] }));
  return ops.reshape(y, { shape: [x.shape[0] as number, steps, ...y.shape.slice(1)] });
}

/** The next states: output and memory. */
function step(scope: Scope<Config>, z: Tensor, memory: Tensor): readonly [Tensor, Tensor] {
  const { activation, recurrentActivation } = scope.config;
  const open = (i: number) => scope.activate(gate(z, i, 4), recurrentActivation);
  const next = ops.add(ops.mul(open(1), memory), ops.mul(open(0), scope.activate(gate(z, 2, 4), activation)));
  return [ops.mul(open(3), scope.activate(next, activation)), next];
}

/** Outputs and states along [batch, steps, …, channels]. */
function walked(scope: Scope<Config>, x: Tensor, initial: readonly Tensor[], axes: number, mask: Tensor | undefined): readonly Tensor[] {
  const c = scope.config;
  const inputs = projected(scope, x, axes);
  const [batch = 1, , ...places] = inputs.shape;
  const shape = [batch, ...places.slice(0, -1), c.filters];
  const kernel = each(c.kernelSize, axes);
  const recurrent = scope.weight('recurrent_kernel', [...kernel, c.filters, 4 * c.filters], optionsOf(c, 'recurrent'));
  const bias = c.useBias ? scope.weight('bias', [4 * c.filters], { ...optionsOf(c, 'bias'), initializer: forgetBias(scope) }) : null;
  const still = { kernel, strides: each(1, axes), dilation: each(1, axes), padding: 'same', groups: 1 } as const;
  const kept = noise(scope, c.recurrentDropout, x, shape, 1);
  const given = firstStates(scope, initial, [shape, shape]);
  const order = <T>(list: readonly T[]): readonly T[] => (c.goBackwards ? [...list].reverse() : list);
  // A mask counts for all places of a step.
  const masks = mask && order(unstack(ops.reshape(mask, { shape: [...mask.shape, ...shape.slice(1).map(() => 1)] })));
  const steps = order(unstack(bias ? ops.add(inputs, bias) : inputs));
  const walk_ = walk(steps, masks ?? null, given.length ? given : zeros(x, [shape, shape]), c.zeroOutputForMask, (part, [h, memory]) => {
    const states = step(scope, ops.add(part, convolved(applied(h as Tensor, kept), recurrent, still, 'same')), memory as Tensor);
    return { output: states[0], states };
  });
  return collected(walk_, c);
}

/* @__NO_SIDE_EFFECTS__ */
const definition = (axes: number): LayerDefinition<Config> => ({
  className: `ConvLSTM${axes}D`,
  defaults: withSequence(
    withKernel(
      withWindow({
        activation: 'tanh',
        recurrentActivation: 'sigmoid',
        useBias: true,
        recurrentInitializer: 'orthogonal',
        recurrentRegularizer: null,
        recurrentConstraint: null,
        unitForgetBias: true,
        dropout: 0,
        recurrentDropout: 0,
        seed: null,
      }),
    ),
  ),
  check(c, name) {
    checkWindow(name, { filters: c.filters, kernelSize: c.kernelSize, strides: c.strides, dilationRate: c.dilationRate }, axes);
    checkPadding(name, c.padding, ['valid', 'same']);
    checkDropout(c, name);
  },
  mask: sequenceMask as never,
  call(scope, x, ...given) {
    const { dataFormat, activityRegularizer, returnSequences } = scope.config;
    if (x.shape.length !== axes + 3) scope.fail(`takes ${axes + 3} axes, [batch, steps, …]`, x.shape);
    const first = given.map((state) => toLast(state, dataFormat));
    const walk = walked(scope, toLast(x, dataFormat, 2), first, axes, scope.mask(x));
    const [output, ...states] = [lastStates(scope, walk)].flat() as [Tensor, ...Tensor[]];
    const out = fromLast(output, dataFormat, returnSequences ? 2 : 1);
    scope.penalize(out, activityRegularizer);
    return states.length ? [out, ...states.map((state) => fromLast(state, dataFormat))] : out;
  },
});

/**
 * LSTM over sequences of lines of places. [batch, steps, places, channels] → [batch, places', filters].
 * Weights: kernel [size, channels, 4·filters], recurrent_kernel [size, filters, 4·filters], bias [4·filters]. Keras's ConvLSTM1D.
 * @example
 * sequential([layers.convLstm1d({ filters: 4, kernelSize: 3, padding: 'same', inputShape: [5, 16, 2] })]); // [null, 16, 4]
 */
export const convLstm1d = factory<ConvLSTMConfig, Unknown>(definition(1));
/**
 * LSTM over sequences of pictures. [batch, steps, rows, columns, channels] → [batch, rows', columns', filters].
 * Weights: kernel [rows, columns, channels, 4·filters], recurrent_kernel [rows, columns, filters, 4·filters], bias [4·filters].
 * Keras's ConvLSTM2D (Shi and others 2015).
 * @example
 * sequential([layers.convLstm2d({ filters: 4, kernelSize: 3, returnSequences: true, inputShape: [5, 8, 8, 1] })]); // [null, 5, 6, 6, 4]
 */
export const convLstm2d = factory<ConvLSTMConfig, Unknown>(definition(2));
/** LSTM over sequences of volumes. Weights as in two axes. Keras's ConvLSTM3D. */
export const convLstm3d = factory<ConvLSTMConfig, Unknown>(definition(3));

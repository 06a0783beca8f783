// One entry per activation, with the defaults of Keras 3.
import { checkKeys, resolve } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { number, scale, shift } from '../core/values.js';

/** A function of a value to a value of the same shape. */
export interface Activation {
  /** Its name in the registry. */
  readonly name: string;
  /** Its options, defaults filled in. */
  readonly config: Readonly<Record<string, number | boolean | null>>;
  /** Adds its operations to the program. */
  readonly apply: (x: Tensor) => Tensor;
}

function define<C extends object>(name: string, defaults: Required<C>, apply: (x: Tensor, config: Required<C>) => Tensor) {
  return (config: C = {} as C): Activation => {
    checkKeys(name, config, Object.keys(defaults));
    const full = { ...defaults, ...config };
    return { name, config: full as Activation['config'], apply: (x) => apply(x, full) };
  };
}
const plain = (name: string, apply: (x: Tensor) => Tensor) => define<Record<never, never>>(name, {}, apply);

/** Options of `relu`. */
export interface ReluOptions {
  /** Slope below the threshold. Default 0. */
  negativeSlope?: number;
  /** Largest result, or null. Default null. */
  maxValue?: number | null;
  /** Where the ramp begins. Default 0. */
  threshold?: number;
}

/** relu with the options of Keras: x above the threshold, a slope from it down, a ceiling. */
export function rectify(x: Tensor, { negativeSlope, maxValue, threshold }: Required<ReluOptions>): Tensor {
  if (threshold === 0 && maxValue === null) return negativeSlope === 0 ? ops.relu(x) : ops.leakyRelu(x, { slope: negativeSlope });
  const zero = number(x, 0);
  const above = maxValue === null ? x : ops.minimum(x, number(x, maxValue));
  const below = negativeSlope === 0 ? zero : scale(shift(x, -threshold), negativeSlope);
  return ops.select(ops.greater(x, number(x, threshold)), above, below);
}

const silu = plain('silu', (x) => ops.silu(x));
const relu6 = (x: Tensor) => ops.clip(x, { min: 0, max: 6 });

/** Activations by their names. */
export const activations = {
  /** x itself. */
  linear: plain('linear', (x) => x),
  /** max(x, 0). */
  relu: define<ReluOptions>('relu', { negativeSlope: 0, maxValue: null, threshold: 0 }, rectify),
  /** min(max(x, 0), 6). */
  relu6: plain('relu6', relu6),
  /** x, or slope·x below 0. Default slope 0.2. */
  leakyRelu: define<{ negativeSlope?: number }>('leakyRelu', { negativeSlope: 0.2 }, (x, c) => ops.leakyRelu(x, { slope: c.negativeSlope })),
  /** x, or alpha·(eˣ − 1) below 0. Default alpha 1. */
  elu: define<{ alpha?: number }>('elu', { alpha: 1 }, (x, c) => ops.elu(x, { alpha: c.alpha })),
  /** Scaled elu that keeps mean and variance (Klambauer and others 2017). */
  selu: plain('selu', (x) => ops.selu(x)),
  /** max(x, 0) + min(alpha·(e^(x/alpha) − 1), 0). Default alpha 1. */
  celu: define<{ alpha?: number }>('celu', { alpha: 1 }, (x, c) => ops.select(ops.greaterEqual(x, number(x, 0)), x, scale(ops.expm1(scale(ops.minimum(x, number(x, 0)), 1 / c.alpha)), c.alpha))),
  /** x·Φ(x); the tanh form with `approximate`. */
  gelu: define<{ approximate?: boolean }>('gelu', { approximate: false }, (x, c) => (c.approximate ? ops.geluTanh(x) : ops.gelu(x))),
  /** x·sigmoid(x). */
  silu,
  /** Another name of silu. */
  swish: silu,
  /** 1/(1 + e⁻ˣ). */
  sigmoid: plain('sigmoid', (x) => ops.sigmoid(x)),
  /** Hyperbolic tangent. */
  tanh: plain('tanh', (x) => ops.tanh(x)),
  /** relu6(x + 3)/6. */
  hardSigmoid: plain('hardSigmoid', (x) => ops.hardSigmoid(x)),
  /** x·hardSigmoid(x). */
  hardSilu: plain('hardSilu', (x) => ops.mul(x, ops.hardSigmoid(x))),
  /** x cut to [−1, 1]. */
  hardTanh: plain('hardTanh', (x) => ops.clip(x, { min: -1, max: 1 })),
  /** ln(1 + eˣ). */
  softplus: plain('softplus', (x) => ops.softplus(x)),
  /** x/(1 + |x|). */
  softsign: plain('softsign', (x) => ops.softsign(x)),
  /** x·tanh(softplus(x)). */
  mish: plain('mish', (x) => ops.mish(x)),
  /** eˣ. */
  exponential: plain('exponential', (x) => ops.exp(x)),
  /** ln sigmoid(x). */
  logSigmoid: plain('logSigmoid', (x) => ops.neg(ops.softplus(ops.neg(x)))),
  /** x where |x| is above the threshold, else 0. Default 0.5. */
  hardShrink: define<{ threshold?: number }>('hardShrink', { threshold: 0.5 }, (x, c) => ops.select(ops.greater(ops.abs(x), number(x, c.threshold)), x, number(x, 0))),
  /** x moved towards 0 by the threshold. Default 0.5. */
  softShrink: define<{ threshold?: number }>('softShrink', { threshold: 0.5 }, (x, c) => ops.sub(x, ops.clip(x, { min: -c.threshold, max: c.threshold }))),
  /** x − tanh(x). */
  tanhShrink: plain('tanhShrink', (x) => ops.sub(x, ops.tanh(x))),
  /** (x + √(x² + b))/2. Default b 4. */
  squareplus: define<{ b?: number }>('squareplus', { b: 4 }, (x, c) => scale(ops.add(x, ops.sqrt(shift(ops.square(x), c.b))), 0.5)),
  /** x above the threshold, else a value. Defaults 0 and 0. */
  threshold: define<{ threshold?: number; value?: number }>('threshold', { threshold: 0, value: 0 }, (x, c) => ops.select(ops.greater(x, number(x, c.threshold)), x, number(x, c.value))),
  /** 0 below −1, x above 1, a parabola between. */
  sparsePlus: plain('sparsePlus', (x) => ops.select(ops.greaterEqual(x, number(x, 1)), x, scale(ops.square(shift(ops.maximum(x, number(x, -1)), 1)), 0.25))),
  /** 0 below −1, 1 above 1, a line between. */
  sparseSigmoid: plain('sparseSigmoid', (x) => ops.clip(scale(shift(x, 1), 0.5), { min: 0, max: 1 })),
  /** eˣ/Σ eˣ along an axis. Default −1. */
  softmax: define<{ axis?: number }>('softmax', { axis: -1 }, (x, c) => ops.softmax(x, c)),
  /** x − ln Σ eˣ along an axis. Default −1. */
  logSoftmax: define<{ axis?: number }>('logSoftmax', { axis: -1 }, (x, c) => ops.logSoftmax(x, c)),
};

/** Names of all activations. */
export type ActivationName = keyof typeof activations;
/** An activation by name, made by its factory, or a function of a traced value. */
export type ActivationLike = ActivationName | Activation | ((x: Tensor) => Tensor);

export function activation(given: ActivationLike): Activation {
  if (typeof given === 'function') return { name: given.name || 'custom', config: {}, apply: given };
  return resolve('activation', activations as Readonly<Record<string, () => Activation>>, given, (x) => typeof x.apply === 'function');
}

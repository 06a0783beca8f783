// What the blocks of a transformer share.
import type { ActivationLike } from '../activations/index.js';
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import type { InitializerLike } from '../initializers/index.js';
import { dense } from './dense.js';
import { checkRate, dropout } from './dropout.js';
import { REQUIRED, type Resolved } from './factory.js';
import { layerNormalization } from './layer_normalization.js';
import type { AnyLayer, Layer, LayerOptions, Scope } from './layer.js';
import { multiHeadAttention } from './multi_head_attention.js';

/** Options of a block. */
export interface TransformerConfig extends LayerOptions {
  /** Width between the two dense layers. */
  readonly intermediateDim: number;
  /** Heads of the attention; they divide the width of the input. */
  readonly numHeads: number;
  /** Share that is dropped of the attention's scores and behind each part, while training. Default 0. */
  readonly dropout?: number;
  /** Between the two dense layers. Default 'relu'. */
  readonly activation?: ActivationLike;
  /** Default 1e-5. */
  readonly layerNormEpsilon?: number;
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerLike;
  /** Default 'zeros'. */
  readonly biasInitializer?: InitializerLike;
  /** Whether each part normalises its input, instead of the sum behind it. Default false. */
  readonly normalizeFirst?: boolean;
}
type Config = Resolved<TransformerConfig>;

export const BLOCK: Config = {
  intermediateDim: REQUIRED,
  numHeads: REQUIRED,
  dropout: 0,
  activation: 'relu',
  layerNormEpsilon: 1e-5,
  kernelInitializer: 'glorotUniform',
  biasInitializer: 'zeros',
  normalizeFirst: false,
};

export function checkBlock({ intermediateDim, numHeads, dropout }: Config, name: string): void {
  for (const [key, value] of Object.entries({ intermediateDim, numHeads }))
    if (!Number.isInteger(value) || value < 1) throw new ConfigError(`${name}: ${key} must be a whole number above 0, received ${value}`, { layer: name, received: value });
  checkRate({ rate: dropout }, name);
}

const made = new WeakMap<Layer, Map<string, Layer>>();

/** Calls a layer inside a block, which is made when it is called first. */
function inside(scope: Scope<Config>, name: string, make: (options: { readonly name: string }) => AnyLayer, ...inputs: Tensor[]): Tensor {
  const own = made.get(scope.layer) ?? new Map<string, Layer>();
  made.set(scope.layer, own);
  const layer = own.get(name) ?? (make({ name }) as unknown as Layer);
  own.set(name, layer);
  return scope.call(layer, ...inputs);
}

/** x + dropout(part(x)), normalised before the part or behind the sum. */
function residual(scope: Scope<Config>, name: string, x: Tensor, part: (x: Tensor) => Tensor): Tensor {
  const { dropout: rate, layerNormEpsilon: epsilon, normalizeFirst } = scope.config;
  const normal = (value: Tensor) => inside(scope, `${name}_layer_norm`, (o) => layerNormalization({ epsilon, ...o }), value);
  const dropped = inside(scope, `${name}_dropout`, (o) => dropout({ rate, ...o }), part(normalizeFirst ? normal(x) : x));
  const sum = ops.add(x, dropped);
  const mask = scope.mask(x);
  if (mask) scope.trace.masks.set(sum, mask);
  return normalizeFirst ? sum : normal(sum);
}

/** Attention to the values, or to x itself, and the sum with x. */
export function attended(
  scope: Scope<Config>,
  name: string,
  x: Tensor,
  options: { readonly useCausalMask?: boolean; readonly values?: Tensor | undefined; readonly mask?: Tensor | undefined } = {},
): Tensor {
  const { numHeads, dropout, kernelInitializer, biasInitializer } = scope.config;
  const width = x.shape[2] as number;
  if (x.shape.length !== 3) scope.fail('takes [batch, places, width]', x.shape);
  if (width % numHeads !== 0) scope.fail(`${numHeads} heads don't divide the width of the input`, x.shape);
  const { useCausalMask = false, mask } = options;
  const make = (o: { readonly name: string }) => multiHeadAttention({ numHeads, keyDim: width / numHeads, dropout, kernelInitializer, biasInitializer, useCausalMask, ...o });
  return residual(scope, name, x, (query) => {
    const values = options.values ?? query;
    return inside(scope, `${name}_layer`, make, query, values, values, ...(mask ? [mask] : []));
  });
}

/** Two dense layers on each place, and the sum with x. */
export function fed(scope: Scope<Config>, x: Tensor): Tensor {
  const { intermediateDim, activation, kernelInitializer, biasInitializer } = scope.config;
  const name = 'feedforward';
  return residual(scope, name, x, (value) => {
    const wide = inside(scope, `${name}_intermediate_dense`, (o) => dense({ units: intermediateDim, activation, kernelInitializer, biasInitializer, ...o }), value);
    return inside(scope, `${name}_output_dense`, (o) => dense({ units: x.shape[2] as number, kernelInitializer, biasInitializer, ...o }), wide);
  });
}

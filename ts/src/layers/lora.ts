// Fine-tuning by corrections of low rank: a frozen weight plus a product of two small ones.
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { scale } from '../core/values.js';
import type { Scope, WeightOptions } from './layer.js';

export interface LoraOptions {
  /** The kernel is frozen, and a product of rank `loraRank` that is added to it is trained (Hu and others 2021). Default null: the kernel is trained. */
  readonly loraRank?: number | null;
  /** The product is multiplied by loraAlpha/loraRank. Default: loraRank. */
  readonly loraAlpha?: number | null;
}
type Config = Required<LoraOptions>;

/** Defaults with those of a correction: none. */
/* @__NO_SIDE_EFFECTS__ */
export function withLora<O extends object>(own: O): O & Config {
  return { ...own, loraRank: null, loraAlpha: null };
}

export function checkLora({ loraRank, loraAlpha }: Config, name: string): void {
  if (loraRank !== null && (!Number.isInteger(loraRank) || loraRank < 1))
    throw new ConfigError(`${name}: loraRank must be a whole number above 0, or null, received ${loraRank}`, { layer: name, received: loraRank });
  if (loraAlpha !== null && (loraRank === null || !Number.isFinite(loraAlpha)))
    throw new ConfigError(`${name}: loraAlpha must be a number, beside a loraRank, received ${loraAlpha}`, { layer: name, received: loraAlpha });
}

/** Options of a weight, which is frozen where it is corrected. */
export function frozenBy({ loraRank }: Config, options: WeightOptions): WeightOptions {
  return loraRank === null ? options : { ...options, trainable: false };
}

/** The two factors of the correction to a weight: lora_<name>_a [..., rank] and lora_<name>_b [rank, columns], and what it is multiplied by. */
export function factors(scope: Scope<Config>, name: string, shape: readonly number[], { regularizer }: WeightOptions): { readonly a: Tensor; readonly b: Tensor; readonly factor: number } | null {
  const { loraRank: rank, loraAlpha } = scope.config;
  if (rank === null) return null;
  const a = scope.weight(`lora_${name}_a`, [...shape.slice(0, -1), rank], { initializer: 'heUniform', regularizer });
  const b = scope.weight(`lora_${name}_b`, [rank, shape.at(-1) as number], { initializer: 'zeros', regularizer });
  return { a, b, factor: (loraAlpha ?? rank) / rank };
}

/** A weight with its correction. */
export function corrected(scope: Scope<Config>, name: string, weight: Tensor, options: WeightOptions): Tensor {
  const lora = factors(scope, name, weight.shape, options);
  if (!lora) return weight;
  const product = ops.matmul(ops.reshape(lora.a, { shape: [-1, lora.b.shape[0] as number] }), lora.b);
  return ops.add(weight, scale(ops.reshape(product, { shape: weight.shape }), lora.factor));
}

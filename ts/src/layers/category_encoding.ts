import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { int } from '../core/values.js';
import { type Dims, REQUIRED, type Resolved } from './factory.js';
import { Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { Encoded } from './shapes.js';

/** How indices are written: as they are, or in as many columns as there are categories. */
export type Encoding = 'int' | 'oneHot' | 'multiHot' | 'count';

export interface CategoryEncodingConfig extends LayerOptions {
  /** Categories: indices from 0 to below it. */
  readonly numTokens: number;
  /** 'oneHot': each index by itself; 'multiHot': which ones a row has; 'count': how often. Default 'multiHot'. */
  readonly outputMode?: Exclude<Encoding, 'int'>;
}

export const ENCODINGS: readonly Encoding[] = ['int', 'oneHot', 'multiHot', 'count'];

export function checkMode<M extends string>(mode: M, name: string, known: readonly M[]): void {
  if (!known.includes(mode)) throw new ConfigError(`${name}: outputMode must be one of ${known.map((m) => `'${m}'`).join(', ')}, received '${mode}'`, { layer: name, expected: known, received: mode });
}

/** Indices as columns; the last axis is one row of indices. */
export function encoded(indices: Tensor, depth: number, mode: Encoding, weights?: Tensor): Tensor {
  if (mode === 'int') return indices;
  const last = indices.shape.length - 1;
  const single = last < 1 || (mode === 'oneHot' && indices.shape[last] !== 1);
  const columns = ops.oneHot(int(indices), { depth });
  if (single) return columns;
  const axes = { axes: [last] };
  if (mode !== 'count') return ops.max(columns, axes);
  return ops.sum(weights ? ops.mul(columns, ops.reshape(weights, { shape: [...weights.shape, 1] })) : columns, axes);
}

const definition: LayerDefinition<Resolved<CategoryEncodingConfig>> = {
  className: 'CategoryEncoding',
  defaults: { numTokens: REQUIRED, outputMode: 'multiHot' },
  check({ numTokens, outputMode }, name) {
    if (!Number.isInteger(numTokens) || numTokens < 1) throw new ConfigError(`${name}: numTokens must be a whole number above 0, received ${numTokens}`, { layer: name, received: numTokens });
    checkMode<Encoding>(outputMode, name, ENCODINGS.slice(1));
  },
  call(scope, x, weights) {
    const { numTokens, outputMode } = scope.config;
    if (weights && outputMode !== 'count') throw new ConfigError(`${scope.path}: weights are for outputMode 'count'`, { layer: scope.path });
    return encoded(x, numTokens, outputMode, weights);
  },
  mask: null,
};

/**
 * Indices as columns of zeros and ones: int32 [batch, indices] → [batch, numTokens] ('multiHot', 'count'), or [batch, indices,
 * numTokens] for 'oneHot' of several. A second input weighs what is counted. An index outside leaves zeros. Keras's CategoryEncoding.
 * @example
 * sequential([layers.categoryEncoding({ numTokens: 4, inputShape: [2], dtype: 'int32' }), layers.dense({ units: 1 })]);
 */
export function categoryEncoding<const N extends number, const I extends Dims = undefined>(config: CategoryEncodingConfig & { readonly numTokens: N; readonly inputShape?: I }) {
  return new Layer<Encoded<N>, I, Resolved<CategoryEncodingConfig>>(definition, config as never);
}

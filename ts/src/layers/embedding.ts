import type { ConstraintLike } from '../constraints/index.js';
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { int, number, scale } from '../core/values.js';
import type { InitializerLike } from '../initializers/index.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { type Dims, REQUIRED, type Resolved } from './factory.js';
import { Layer, type LayerDefinition, type LayerOptions, type Scope } from './layer.js';
import { checkLora, factors, frozenBy, type LoraOptions, withLora } from './lora.js';
import type { Embedded } from './shapes.js';
import { optionsOf } from './weight_options.js';

/** Options of a table of vectors. */
export interface TableConfig extends LayerOptions {
  /** Number of indices: 0 … inputDim − 1. */
  readonly inputDim: number;
  /** Width of the vectors. */
  readonly outputDim: number;
  /** Default 'randomUniform' within ±0.05. */
  readonly embeddingsInitializer?: InitializerLike;
  /** Default none. */
  readonly embeddingsRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly embeddingsConstraint?: ConstraintLike | null;
  /** Default none. */
  readonly activityRegularizer?: RegularizerLike | null;
  /** Whether index 0 is padding that later layers leave out. Default false. */
  readonly maskZero?: boolean;
}

export interface EmbeddingConfig extends TableConfig, LoraOptions {}

/** Defaults with those of a table. */
/* @__NO_SIDE_EFFECTS__ */
export function withTable<O extends object>(own: O): O & Resolved<TableConfig> {
  const embeddings = { embeddingsInitializer: 'randomUniform', embeddingsRegularizer: null, embeddingsConstraint: null } as const;
  return { ...own, ...embeddings, inputDim: REQUIRED, outputDim: REQUIRED, activityRegularizer: null, maskZero: false };
}

export function checkSizes({ inputDim, outputDim }: Pick<TableConfig, 'inputDim' | 'outputDim'>, name: string): void {
  for (const [key, value] of Object.entries({ inputDim, outputDim }))
    if (!Number.isInteger(value) || value < 1) throw new ConfigError(`${name}: ${key} must be a whole number above 0, received ${value}`, { layer: name, received: value });
}

/** Rows by index; index 0 may be masked. */
export function lookedUp(scope: Scope<Pick<Resolved<EmbeddingConfig>, 'maskZero' | 'activityRegularizer'>>, rows: (indices: Tensor) => Tensor, x: Tensor): Tensor {
  const indices = int(x);
  const out = rows(indices);
  scope.penalize(out, scope.config.activityRegularizer);
  if (scope.config.maskZero) {
    const floats = ops.cast(indices, { dtype: 'float32' });
    scope.trace.masks.set(out, ops.notEqual(floats, number(floats, 0)));
  }
  return out;
}

const definition: LayerDefinition<Resolved<EmbeddingConfig>> = {
  className: 'Embedding',
  defaults: withLora(withTable({})),
  check(config, name) {
    checkSizes(config, name);
    checkLora(config, name);
  },
  indices: ({ inputDim }) => inputDim,
  call(scope, x) {
    const { config } = scope;
    const shape = [config.inputDim, config.outputDim];
    const options = optionsOf(config, 'embeddings');
    const table = scope.weight('embeddings', shape, frozenBy(config, options));
    return lookedUp(
      scope,
      (indices) => {
        const rows = ops.gather(table, indices);
        const lora = factors(scope, 'embeddings', shape, options);
        // Only the rows that are looked up are corrected.
        return lora ? ops.add(rows, scale(ops.matmul(ops.gather(lora.a, indices), lora.b), lora.factor)) : rows;
      },
      x,
    );
  },
};

/**
 * A learned vector for each index. int32 [batch, …] → [batch, …, outputDim]; an index outside of the table is an error where it
 * comes from the data, and gives NaN where a layer makes it.
 * Weight: embeddings [inputDim, outputDim]; with `loraRank` also lora_embeddings_a [inputDim, rank], lora_embeddings_b [rank, outputDim].
 * Keras's Embedding.
 * @example
 * sequential([layers.embedding({ inputDim: 1000, outputDim: 16, inputShape: [20], dtype: 'int32' }), layers.flatten(), layers.dense({ units: 1 })]);
 */
export function embedding<const D extends number, const I extends Dims = undefined>(config: EmbeddingConfig & { readonly outputDim: D; readonly inputShape?: I }) {
  return new Layer<Embedded<D>, I, Resolved<EmbeddingConfig>>(definition, config as never);
}

import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { scale } from '../core/values.js';
import { checkSizes, lookedUp, type TableConfig, withTable } from './embedding.js';
import { factory, type Resolved } from './factory.js';
import type { LayerDefinition } from './layer.js';
import type { Unknown } from './shapes.js';
import { optionsOf } from './weight_options.js';

export interface ReversibleEmbeddingConfig extends TableConfig {
  /** Whether the way back uses the same table. Default true. */
  readonly tieWeights?: boolean;
  /** Logits are kept below it by tanh. Default none. */
  readonly logitSoftCap?: number | null;
}

const definition: LayerDefinition<Resolved<ReversibleEmbeddingConfig>> = {
  className: 'ReversibleEmbedding',
  defaults: withTable({ tieWeights: true, logitSoftCap: null }),
  check(config, name) {
    checkSizes(config, name);
    const { logitSoftCap } = config;
    if (logitSoftCap !== null && !(logitSoftCap > 0)) throw new ConfigError(`${name}: logitSoftCap must be above 0, or null, received ${logitSoftCap}`, { layer: name, received: logitSoftCap });
  },
  indices: ({ inputDim }) => inputDim,
  call(scope, x) {
    const { inputDim, outputDim, tieWeights, logitSoftCap } = scope.config;
    const options = optionsOf(scope.config, 'embeddings');
    const table = scope.weight('embeddings', [inputDim, outputDim], options);
    const back = tieWeights ? null : scope.weight('reverse_embeddings', [outputDim, inputDim], options);
    if (x.dtype === 'int32') return lookedUp(scope, (indices) => ops.gather(table, indices), x);
    if (x.shape.at(-1) !== outputDim) scope.fail(`takes indices (int32), or vectors of ${outputDim} numbers for the way back`, x.shape);
    const logits = back ? ops.matmul(x, back) : ops.matmul(x, table, { transposeB: true });
    const out = logitSoftCap === null ? logits : scale(ops.tanh(scale(logits, 1 / logitSoftCap)), logitSoftCap);
    scope.penalize(out, scope.config.activityRegularizer);
    return out;
  },
  mask: (_, scope, x) => (x.dtype === 'int32' ? undefined : scope.mask(x)),
};

/**
 * An embedding that can be called both ways: on indices (int32) [batch, …] it answers vectors [batch, …, outputDim], on vectors
 * logits [batch, …, inputDim]. Call the same layer at the beginning and at the end of a language model. Weights: embeddings
 * [inputDim, outputDim], and reverse_embeddings [outputDim, inputDim] unless they are tied. Keras's ReversibleEmbedding, whose
 * argument `reverse` follows from the type of the input here.
 * @example
 * const words = input({ shape: [20], dtype: 'int32' });
 * const both = layers.reversibleEmbedding({ inputDim: 1000, outputDim: 16 });
 * const model = functional({ inputs: words, outputs: both.apply(layers.dense({ units: 16 }).apply(both.apply(words))) });
 */
export const reversibleEmbedding = factory<ReversibleEmbeddingConfig, Unknown>(definition);

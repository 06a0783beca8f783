import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { InitializerLike } from '../initializers/index.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface PositionalEmbeddingConfig extends LayerOptions {
  /** Longest sequence. */
  readonly sequenceLength: number;
  /** Default 'glorotUniform'. */
  readonly embeddingsInitializer?: InitializerLike;
}

const definition: LayerDefinition<Resolved<PositionalEmbeddingConfig>> = {
  className: 'PositionalEmbedding',
  defaults: { sequenceLength: REQUIRED, embeddingsInitializer: 'glorotUniform' },
  call(scope, x) {
    const [, places = 1, width = 1] = x.shape;
    const { sequenceLength, embeddingsInitializer } = scope.config;
    if (x.shape.length !== 3) scope.fail('takes [batch, places, width]', x.shape);
    const table = scope.weight('embeddings', [sequenceLength, width], { initializer: embeddingsInitializer });
    if (places > sequenceLength)
      throw new ConfigError(`${scope.path}: the sequence has ${places} places and sequenceLength is ${sequenceLength}`, { layer: scope.path, expected: sequenceLength, received: places });
    return ops.add(x, ops.slice(table, { begin: [0, 0], size: [places, width], stride: [1, 1] }));
  },
};

/** Adds a learned vector for each place to [batch, places, width]. Weight: embeddings [sequenceLength, width]. */
export const positionalEmbedding = factory<PositionalEmbeddingConfig, Same>(definition);

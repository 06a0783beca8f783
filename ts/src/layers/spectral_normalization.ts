import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { all, number } from '../core/values.js';
import { initializers } from '../initializers/index.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import { type AnyLayer, Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { Unknown } from './shapes.js';

export interface SpectralNormalizationConfig extends LayerOptions {
  /** A layer with a kernel, or with embeddings. */
  readonly layer: AnyLayer;
  /** Rounds of the power iteration in each step. Default 1. */
  readonly powerIterations?: number;
}

const product = (a: Tensor, b: Tensor, transposeB = false) => ops.matmul(a, b, { transposeB });
const unit = (x: Tensor) => {
  const squares = ops.sum(ops.square(x), all(x));
  return ops.mul(x, ops.rsqrt(ops.maximum(squares, number(x, 1e-12))));
};

/** The kernel divided by its largest singular value, and the vector that finds it in the next step. */
function normalized(kernel: Tensor, first: Tensor, rounds: number): { divided: Tensor; vector: Tensor } {
  const columns = kernel.shape.at(-1) as number;
  const matrix = ops.reshape(kernel, { shape: [kernel.shape.reduce((a, b) => a * b, 1) / columns, columns] });
  let [u, v] = [first, first];
  for (let i = 0; i < rounds; i++) {
    v = unit(product(u, matrix, true));
    u = unit(product(v, matrix));
  }
  const sigma = ops.reshape(product(product(v, matrix), u, true), { shape: [] });
  // A kernel of zeros stays one, and the vector as it was.
  const none = ops.equal(sigma, number(sigma, 0));
  return { divided: ops.div(kernel, ops.add(sigma, none)), vector: ops.select(none, first, u) };
}

const definition: LayerDefinition<Resolved<SpectralNormalizationConfig>> = {
  className: 'SpectralNormalization',
  defaults: { layer: REQUIRED, powerIterations: 1 },
  check({ layer, powerIterations }, name) {
    if (!(layer instanceof Layer)) throw new ConfigError(`${name}: needs a layer`, { layer: name });
    if (!Number.isInteger(powerIterations) || powerIterations < 1)
      throw new ConfigError(`${name}: powerIterations must be a whole number above 0, received ${powerIterations}`, { layer: name, received: powerIterations });
  },
  sublayers: ({ layer }) => [layer as unknown as Layer],
  call(scope, ...inputs) {
    const layer = scope.config.layer as unknown as Layer;
    let found = false;
    const result = scope.callReading(layer, inputs, (name, kernel) => {
      if (!/^(kernel|embeddings)$/.test(name)) return kernel;
      found = true;
      const u = scope.weight('vector_u', [1, kernel.shape.at(-1) as number], { initializer: initializers.truncatedNormal({ stddev: 0.02 }), trainable: false });
      if (!scope.training) return kernel;
      const { divided, vector } = normalized(ops.stopGradient(kernel), ops.stopGradient(u), scope.config.powerIterations);
      scope.update('vector_u', vector);
      scope.update(name, divided, layer);
      // The layer computes with the divided kernel, and its gradient is the kernel's.
      return ops.add(kernel, ops.sub(divided, ops.stopGradient(kernel)));
    });
    if (!found) throw new ConfigError(`${scope.path}: the layer ${layer.name ?? layer.className} has neither a kernel nor embeddings`, { layer: scope.path });
    return result;
  },
};

/**
 * Keeps the largest singular value of a layer's kernel near 1: each step of training begins by dividing the kernel by an estimate of
 * it. Weights: those of the layer, and vector_u [1, columns], which isn't trained. Miyato et al. 2018; Keras's SpectralNormalization.
 * @throws {ConfigError} if the layer has neither a kernel nor embeddings.
 * @example
 * sequential([layers.spectralNormalization({ layer: layers.dense({ units: 8 }), inputShape: [4] })]);
 */
export const spectralNormalization = factory<SpectralNormalizationConfig, Unknown>(definition);

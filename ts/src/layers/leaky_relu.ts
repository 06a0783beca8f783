import { ops } from '../core/ops.generated.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface LeakyReLUConfig extends LayerOptions {
  /** Slope below 0. Default 0.3; the activation 'leakyRelu' has 0.2. */
  readonly negativeSlope?: number;
}

const definition: LayerDefinition<Resolved<LeakyReLUConfig>> = {
  className: 'LeakyReLU',
  defaults: { negativeSlope: 0.3 },
  call: (scope, x) => ops.leakyRelu(x, { slope: scope.config.negativeSlope }),
};

/** x, or slope·x below 0. Shape and mask pass. Keras's LeakyReLU. */
export const leakyReLU = optional<LeakyReLUConfig, Same>(definition);

import { rectify } from '../activations/index.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface ReLUConfig extends LayerOptions {
  /** Largest result, or null. Default null. */
  readonly maxValue?: number | null;
  /** Slope below the threshold. Default 0. */
  readonly negativeSlope?: number;
  /** Default 0. */
  readonly threshold?: number;
}

const definition: LayerDefinition<Resolved<ReLUConfig>> = {
  className: 'ReLU',
  defaults: { maxValue: null, negativeSlope: 0, threshold: 0 },
  call: (scope, x) => rectify(x, scope.config),
};

/** max(x, 0) with options, as a layer. Shape and mask pass. Keras's ReLU. */
export const reLU = optional<ReLUConfig, Same>(definition);

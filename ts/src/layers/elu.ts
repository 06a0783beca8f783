import { ops } from '../core/ops.generated.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface ELUConfig extends LayerOptions {
  /** Default 1. */
  readonly alpha?: number;
}

const definition: LayerDefinition<Resolved<ELUConfig>> = {
  className: 'ELU',
  defaults: { alpha: 1 },
  call: (scope, x) => ops.elu(x, { alpha: scope.config.alpha }),
};

/** x, or alpha·(eˣ − 1) below 0. Shape and mask pass. Keras's ELU. */
export const elu = optional<ELUConfig, Same>(definition);

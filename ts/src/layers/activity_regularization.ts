import { regularizers } from '../regularizers/index.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

export interface ActivityRegularizationConfig extends LayerOptions {
  /** Default 0. */
  readonly l1?: number;
  /** Default 0. */
  readonly l2?: number;
}

const definition: LayerDefinition<Resolved<ActivityRegularizationConfig>> = {
  className: 'ActivityRegularization',
  defaults: { l1: 0, l2: 0 },
  call(scope, x) {
    scope.penalize(x, regularizers.l1l2(scope.config));
    return x;
  },
};

/** Adds a penalty on its input, divided by the batch size, to the loss. Keras's ActivityRegularization. */
export const activityRegularization = optional<ActivityRegularizationConfig, Same>(definition);

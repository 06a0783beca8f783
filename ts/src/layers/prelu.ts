import type { ConstraintLike } from '../constraints/index.js';
import { ops } from '../core/ops.generated.js';
import type { InitializerLike } from '../initializers/index.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Same } from './shapes.js';
import { optionsOf } from './weight_options.js';

export interface PReLUConfig extends LayerOptions {
  /** Default 'zeros'. */
  readonly alphaInitializer?: InitializerLike;
  /** Default none. */
  readonly alphaRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly alphaConstraint?: ConstraintLike | null;
  /** Axes, counted from 1, along which slopes are shared. Default none. */
  readonly sharedAxes?: readonly number[] | null;
}

const definition: LayerDefinition<Resolved<PReLUConfig>> = {
  className: 'PReLU',
  defaults: { alphaInitializer: 'zeros', alphaRegularizer: null, alphaConstraint: null, sharedAxes: null },
  call(scope, x) {
    const { sharedAxes } = scope.config;
    const shape = x.shape.slice(1).map((d, i) => (sharedAxes?.includes(i + 1) ? 1 : d));
    const alpha = scope.weight('alpha', shape, optionsOf(scope.config, 'alpha'));
    return ops.sub(ops.relu(x), ops.mul(alpha, ops.relu(ops.neg(x))));
  },
};

/** x, or a learned slope times x below 0. Shape and mask pass. Weight: alpha. Keras's PReLU (He and others 2015). */
export const prelu = optional<PReLUConfig, Same>(definition);

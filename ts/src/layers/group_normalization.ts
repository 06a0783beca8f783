import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { optional, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import { affine, axesOf, normalized } from './normalize.js';
import type { Same } from './shapes.js';
import { type AffineOptions, withAffine } from './weight_options.js';

export interface GroupNormalizationConfig extends LayerOptions, AffineOptions {
  /** Groups of channels; −1: each channel alone. Default 32. */
  readonly groups?: number;
  /** Axis of the channels. Default −1. */
  readonly axis?: number;
  /** Default 1e-3. */
  readonly epsilon?: number;
}

const definition: LayerDefinition<Resolved<GroupNormalizationConfig>> = {
  className: 'GroupNormalization',
  defaults: withAffine({
    groups: 32,
    axis: -1,
    epsilon: 1e-3,
  }),
  call(scope, x) {
    const c = scope.config;
    const [axis = 1] = axesOf(c.axis, x.shape.length, scope.path);
    const channels = x.shape[axis] as number;
    const groups = c.groups === -1 ? channels : c.groups;
    if (channels % groups !== 0) throw new ConfigError(`${scope.path}: ${groups} groups don't divide ${channels} channels`, { layer: scope.path, expected: channels, received: groups });
    // The axis of channels becomes two: groups, and channels of a group.
    const split = ops.reshape(x, { shape: [...x.shape.slice(0, axis), groups, channels / groups, ...x.shape.slice(axis + 1)] });
    const others = split.shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
    return affine(scope, [axis], x)(ops.reshape(normalized(split, others, c.epsilon), { shape: x.shape }));
  },
};

/**
 * Normalises groups of channels of each row. Shape and mask pass. Weights: gamma, beta. Keras's GroupNormalization (Wu and He 2018).
 * @example
 * sequential([layers.groupNormalization({ groups: 2, inputShape: [8, 4] })]);
 */
export const groupNormalization = optional<GroupNormalizationConfig, Same>(definition);

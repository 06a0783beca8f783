// Layers that make one value of several.
import { ConfigError, ShapeError, show } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { scale } from '../core/values.js';
import { optional } from './factory.js';
import type { LayerDefinition, LayerOptions, Scope } from './layer.js';
import type { Unknown } from './shapes.js';

/** Values of lower rank get axes of 1 after the batch, as in Keras. */
function aligned(values: readonly Tensor[]): readonly Tensor[] {
  const rank = Math.max(...values.map((v) => v.shape.length));
  return values.map((v) => (v.shape.length === rank ? v : ops.reshape(v, { shape: [v.shape[0] as number, ...new Array<number>(rank - v.shape.length).fill(1), ...v.shape.slice(1)] })));
}

/** Masks of several values: a place counts if any of them counts. */
export function anyMask(_: object, scope: Scope<never>, ...inputs: Tensor[]): Tensor | undefined {
  const masks = inputs.map((i) => scope.mask(i));
  if (masks.some((m) => m === undefined)) return undefined;
  return (masks as Tensor[]).reduce((a, b) => ops.maximum(a, b));
}

/* @__NO_SIDE_EFFECTS__ */
function merge(className: string, fold: (values: readonly Tensor[]) => Tensor, exactly?: number): LayerDefinition<object> {
  return {
    className,
    defaults: {},
    mask: anyMask as LayerDefinition<object>['mask'] & object,
    call(scope, ...inputs) {
      if (inputs.length < 2 || (exactly && inputs.length !== exactly))
        throw new ConfigError(`${scope.path}: takes ${exactly ?? 'two or more'} values, received ${inputs.length}`, { layer: scope.path, received: inputs.length });
      try {
        return fold(aligned(inputs));
      } catch (error) {
        if (!(error instanceof ShapeError)) throw error;
        throw new ShapeError(`${scope.path}: the values' shapes don't fit each other: ${inputs.map((i) => show([null, ...i.shape.slice(1)])).join(', ')}`, {
          layer: scope.path,
          received: inputs.map((i) => i.shape),
        });
      }
    },
  };
}
/* @__NO_SIDE_EFFECTS__ */
const folded = (op: (a: Tensor, b: Tensor) => Tensor) => (values: readonly Tensor[]) => values.reduce((a, b) => op(a, b));

/** Sum of values, broadcast. Keras's Add. `layers.add().apply(a, b)`. */
export const add = optional<LayerOptions, Unknown>(
  merge(
    'Add',
    folded((a, b) => ops.add(a, b)),
  ),
);
/** First minus second. Keras's Subtract. */
export const subtract = optional<LayerOptions, Unknown>(
  merge(
    'Subtract',
    folded((a, b) => ops.sub(a, b)),
    2,
  ),
);
/** Product of values. Keras's Multiply. */
export const multiply = optional<LayerOptions, Unknown>(
  merge(
    'Multiply',
    folded((a, b) => ops.mul(a, b)),
  ),
);
/** Mean of values. Keras's Average. */
export const average = optional<LayerOptions, Unknown>(merge('Average', (values) => scale(folded(ops.add)(values), 1 / values.length)));
/** Largest of values. Keras's Maximum. */
export const maximum = optional<LayerOptions, Unknown>(
  merge(
    'Maximum',
    folded((a, b) => ops.maximum(a, b)),
  ),
);
/** Smallest of values. Keras's Minimum. */
export const minimum = optional<LayerOptions, Unknown>(
  merge(
    'Minimum',
    folded((a, b) => ops.minimum(a, b)),
  ),
);

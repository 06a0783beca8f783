import { ConfigError, show } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { size } from '../core/values.js';
import { Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import type { Reshaped } from './shapes.js';

export interface ReshapeConfig extends LayerOptions {
  /** Shape of one row; one −1 stands for what is left. */
  readonly targetShape: readonly number[];
}

const definition: LayerDefinition<{ targetShape: readonly number[] }> = {
  className: 'Reshape',
  defaults: { targetShape: undefined as unknown as readonly number[] },
  check({ targetShape }, name) {
    const wild = targetShape.filter((d) => d === -1).length;
    if (wild > 1 || targetShape.some((d) => !Number.isInteger(d) || d < -1))
      throw new ConfigError(`${name}: ${show(targetShape)} is no shape: at most one −1 is allowed`, { layer: name, received: targetShape });
  },
  call(scope, x) {
    const { targetShape } = scope.config;
    const [batch = 1, ...row] = x.shape;
    const known = size(targetShape.filter((d) => d !== -1));
    const fits = targetShape.includes(-1) ? known > 0 && size(row) % known === 0 : size(row) === known;
    if (!fits) scope.fail(`rows of ${size(row)} numbers can't become ${show(targetShape)}`, x.shape);
    return ops.reshape(x, { shape: [batch, ...targetShape] });
  },
  mask: null,
};

/**
 * The same values under another shape. [batch, …] → [batch, …targetShape]. Keras's Reshape.
 * @example
 * sequential([layers.reshape({ targetShape: [28, 28, 1], inputShape: [784] })]);
 */
export function reshape<const T extends readonly number[], const I extends readonly (number | null)[] | undefined = undefined>(
  config: ReshapeConfig & { readonly targetShape: T; readonly inputShape?: I },
) {
  return new Layer<Reshaped<T>, I, { targetShape: readonly number[] }>(definition, config as never);
}

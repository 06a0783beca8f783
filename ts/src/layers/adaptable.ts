import { DataError } from '../core/errors.js';
import { anyArray } from '../data/intake.js';
import type { ArrayLike, NDArray } from '../data/ndarray.js';
import { Layer, type LayerDefinition, type LayerOptions, type WeightOptions } from './layer.js';
import type { ShapeFn } from './shapes.js';
import type { Weight } from './weight.js';

/** What a layer takes from data: the numbers of its weights, once their shapes and the layer's name are known. */
export type State = Readonly<Record<string, (shape: readonly number[], name: string) => Float32Array>>;

/** A layer whose weights are not trained but taken from data before. */
export class Adaptable<F extends ShapeFn, I, C extends object> extends Layer<F, I, C> {
  private state: State | undefined;

  constructor(
    definition: LayerDefinition<C>,
    config: C & LayerOptions,
    private readonly learn: (data: NDArray, config: C, name: string) => State,
    private readonly given?: State,
  ) {
    super(definition, config);
    this.state = given;
  }

  /**
   * Takes what the layer needs to know from data, rows of what it will be called on; models that have the layer compute with it from
   * their next call on.
   * @throws {DataError} if there are no rows.
   */
  adapt(data: ArrayLike): this {
    const name = this.name ?? this.className;
    const array = anyArray(data, `${name}: adapt`);
    if (array.data.length === 0) throw new DataError(`${name}: adapt needs at least one row`, { layer: name });
    this.state = this.learn(array, this.config as C, name);
    for (const weight of this.weights.values()) this.leave(weight);
    return this;
  }

  /** @internal What was taken from data stays with this layer. */
  override like(config: C & LayerOptions): Layer<F, I, C> {
    return new Adaptable<F, I, C>(this.definition, config, this.learn, this.given);
  }
  /** @internal */
  override declare(name: string, path: string, shape: readonly number[], options: WeightOptions): Weight {
    const known = this.weights.has(name);
    const weight = super.declare(name, path, shape, options);
    if (!known) this.leave(weight);
    return weight;
  }
  /** Models fetch the numbers from there. */
  private leave(weight: Weight): void {
    const values = this.state?.[weight.name];
    if (!values) return;
    weight.home = null;
    weight.left = values(weight.shape, this.name ?? this.className);
  }
}

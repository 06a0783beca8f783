import { ConfigError, DataError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import type { Values } from '../data/intake.js';
import type { ArrayLike, TextArray } from '../data/ndarray.js';
import { anyValues, intakeText } from '../data/text.js';
import { Layer, type LayerDefinition, type LayerOptions, type Scope } from './layer.js';
import type { ShapeFn } from './shapes.js';
import type { Symbolic } from './symbolic.js';

/** What an outside layer does with tokens `T`, beside what every layer has. */
export interface OutsideDefinition<C extends object, T> extends Pick<LayerDefinition<C>, 'className' | 'defaults' | 'check'> {
  /** A value of the shape and type of the answer to x. */
  readonly outline: (scope: Scope<C>, x: Tensor) => Tensor;
  readonly transform: (values: Values, config: C, name: string) => Values;
  /** Tokens by their indices. */
  readonly vocabulary: (config: C) => T[];
  /** What data change in the options. */
  readonly learn: (values: Values, config: C, name: string) => Partial<C>;
}

/** A layer that works in JavaScript, on text too, before the engine gets anything: the first of a model, or used by itself. */
export class OutsideLayer<F extends ShapeFn, I, C extends object, T> extends Layer<F, I, C> {
  constructor(
    private readonly outside: OutsideDefinition<C, T>,
    config: C & LayerOptions,
  ) {
    const { className, defaults, check = () => {}, outline } = outside;
    super({ className, defaults, check, call: outline, mask: null }, config);
  }
  private get title(): string {
    return this.name ?? this.className;
  }

  /**
   * Learns its vocabulary from data; replaces the one before.
   * @throws {DataError} if there are no rows.
   */
  adapt(data: ArrayLike | TextArray): this {
    const values = anyValues(data, `${this.title}: adapt`);
    if (values.shape[0] === 0) throw new DataError(`${this.title}: adapt needs at least one row`, { layer: this.title });
    Object.assign(this.config, this.outside.learn(values, this.config as C, this.title));
    return this;
  }
  /** The tokens by their indices, those of mask and unknown ones among them. */
  getVocabulary(): T[] {
    return this.outside.vocabulary(this.config as C);
  }
  /** What the layer makes of data, without a model. */
  transform(data: ArrayLike | TextArray): Values {
    return this.outside.transform(anyValues(data, this.title), this.config as C, this.title);
  }
  /** @internal */
  override like(config: C & LayerOptions): OutsideLayer<F, I, C, T> {
    return new OutsideLayer<F, I, C, T>(this.outside, config);
  }
  /** @internal Text comes as it was given. */
  override host(values: Values, { shape, dtype }: Symbolic, what: string): Values {
    return this.outside.transform(dtype === 'string' ? intakeText(values, { what, shape: [null, ...shape.slice(1)] }) : values, this.config as C, this.title);
  }
}

/** For what needs a vocabulary. */
export const unlearned = (name: string): ConfigError => new ConfigError(`${name}: has no vocabulary yet; call adapt with data, or give vocabulary`, { layer: name });

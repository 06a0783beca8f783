import type { Constraint } from '../constraints/index.js';
import type { Initializer } from '../initializers/index.js';
import type { Regularizer } from '../regularizers/index.js';
import type { Session } from '../model/session.js';
import type { Layer } from './layer.js';

/** A weight of a layer: its description; the numbers live in the engine. */
export class Weight {
  /** @internal The session whose numbers count. */
  home: Session | null = null;
  /** @internal Numbers that a model left behind. */
  left: Float32Array | null = null;
  /** Its layer, and those around: each of them may freeze it. */
  readonly around = new Set<Layer>();
  /** @internal Models that have it. */
  models = 0;

  constructor(
    readonly name: string,
    readonly shape: readonly number[],
    readonly initializer: Initializer,
    readonly regularizer: Regularizer | null,
    readonly constraint: Constraint | null,
    /** False for state such as moving averages. */
    readonly variable: boolean,
    readonly layer: Layer,
    /** Whether it is a state that goes from batch to batch: zeros at first, in no file. */
    readonly carried = false,
  ) {}

  get trainable(): boolean {
    return this.variable && this.layer.trainable && [...this.around].every(({ trainable }) => trainable);
  }
  get size(): number {
    return this.shape.reduce((a, b) => a * b, 1);
  }
}

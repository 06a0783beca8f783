import { type Activation, type ActivationLike, activation } from '../activations/index.js';
import { type Constraint, type ConstraintLike, axisBits, constraint } from '../constraints/index.js';
import { checkKeys, ConfigError, ShapeError, show } from '../core/errors.js';
import type { Program } from '../core/program.js';
import type { InputType, Shape, Tensor, Tracer } from '../core/tensor.js';
import type { Values } from '../data/intake.js';
import { type Initializer, type InitializerLike, initializer } from '../initializers/index.js';
import { type Regularizer, type RegularizerLike, regularizer } from '../regularizers/index.js';
import { scale } from '../core/values.js';
import { Weight } from './weight.js';
import type { ShapeFn } from './shapes.js';
import { type Node, Symbolic } from './symbolic.js';

/** Options of every layer. */
export interface LayerOptions {
  /** Unique in a model; by default the layer's kind, numbered. */
  readonly name?: string;
  /** Whether training changes the weights, those of layers inside too. Default true. */
  readonly trainable?: boolean;
  /** Shape of one row of the input, without the batch: what a first layer needs. */
  readonly inputShape?: readonly (number | null)[];
  /** The same with the batch, which is fixed by it: what stateful layers need. */
  readonly batchInputShape?: readonly (number | null)[];
  /** Element type of the input. Default float32. */
  readonly dtype?: InputType;
}

/** What happens when a layer is called: weights are declared where they are used, in Keras's order. */
export interface LayerDefinition<C extends object> {
  /** The name that files store: Keras's class. */
  readonly className: string;
  /** Every option with its default; `undefined` for those that must be given. */
  readonly defaults: C;
  /** Checks options that the types can't, when the layer is made. */
  readonly check?: (config: C, name: string) => void;
  /** For layers that take indices: they are whole numbers from 0 to below this. */
  readonly indices?: (config: C) => number;
  /** Layers inside this one. */
  readonly sublayers?: (config: C, layer: Layer) => readonly Layer[];
  /** The arithmetic: adds operations to the program and answers the results. */
  readonly call: (scope: Scope<C>, ...inputs: Tensor[]) => Tensor | readonly Tensor[];
  /** What becomes of the mask; by default it passes on. `null` drops it. */
  readonly mask?: ((config: C, scope: Scope<C>, ...inputs: Tensor[]) => Tensor | undefined) | null;
}

/** What all traces of one model share: the order of its weights. */
export interface Weights {
  /** The weight's place; its path is noted when the order is being made. */
  indexOf(weight: Weight, path: string): number;
}

/** One trace of a model: a program, and what its layers leave beside their results. */
export class Trace {
  /** Penalties that join the loss. */
  readonly penalties: Tensor[] = [];
  readonly masks = new Map<Tensor, Tensor>();
  /** States that a layer has passed on already. */
  readonly carried = new Map<Weight, Tensor>();
  /** The layers that are being called, from the outermost in. */
  readonly open: Layer[] = [];
  /** What a layer reads in place of its weight. */
  reading?: ((layer: Layer, name: string, value: Tensor) => Tensor) | undefined;
  /** Is told what each call of a layer answers, from the inside out. */
  watch?: (path: string, outputs: readonly Tensor[]) => void;
  constructor(
    readonly program: Program,
    readonly training: boolean,
    readonly weights: Weights,
  ) {}

  /** Runs `body` under the path of a layer. */
  within<T>(name: string, body: () => T): T {
    const outer = this.program.origin;
    this.program.origin = outer ? `${outer}/${name}` : name;
    try {
      return body();
    } finally {
      this.program.origin = outer;
    }
  }
}

/** 32 bits of a name: keys of random numbers follow from paths, never from the order of creation. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  return (h ^ (h >>> 13)) | 0;
}

/** How a weight starts and whether it is trained. */
export interface WeightOptions {
  /** First values. */
  readonly initializer: InitializerLike;
  /** A penalty that joins the loss. */
  readonly regularizer?: RegularizerLike | null | undefined;
  /** What the weight keeps to after each step. */
  readonly constraint?: ConstraintLike | null | undefined;
  /** False for state that only the layer itself changes. */
  readonly trainable?: boolean;
}

/** What a layer's `call` sees. */
export class Scope<C extends object = object> {
  private randoms = 0;
  constructor(
    /** The layer that is being called. */
    readonly layer: Layer,
    /** Its options, defaults filled in. */
    readonly config: C,
    /** @internal */
    readonly trace: Trace,
  ) {}

  /** Whether the program will train. */
  get training(): boolean {
    return this.trace.training;
  }
  /** Whether training changes the layer's weights: not if it, or one around it, is frozen. */
  get trainable(): boolean {
    return this.trace.open.every((layer) => layer.trainable);
  }
  /** The program, for operations without inputs. */
  get tracer(): Tracer {
    return this.trace.program;
  }
  /** The layer's path in the model. */
  get path(): string {
    return this.trace.program.origin;
  }
  /** Declares a weight of the layer, or answers the one declared before. */
  weight(name: string, shape: readonly number[], options: WeightOptions): Tensor {
    const path = `${this.path}/${name}`;
    const weight = this.layer.declare(name, path, shape, options);
    for (const around of this.trace.open) weight.around.add(around);
    const value = this.trace.program.param(this.trace.weights.indexOf(weight, path), shape);
    // As in Keras, what is frozen adds nothing to the loss.
    if (weight.regularizer && weight.trainable && !this.layer.penalized.has(this.trace)) this.trace.penalties.push(weight.regularizer.penalty(value));
    return this.trace.reading?.(this.layer, name, value) ?? value;
  }
  /** Sets a weight of the layer, or of one inside it, after the gradients of a step and before the optimizer. */
  update(name: string, value: Tensor, layer: Layer = this.layer): void {
    const weight = layer.weights.get(name);
    if (this.training && weight) this.trace.program.update(this.trace.weights.indexOf(weight, `${this.path}/${name}`), value);
  }
  /**
   * A state that is carried from batch to batch, in training and outside of it: zeros at first, and after `resetStates`.
   * @throws {ConfigError} if the model doesn't fix the batch.
   */
  state(name: string, shape: readonly number[]): Tensor {
    const { trace, layer } = this;
    const path = `${this.path}/${name}`;
    const known = layer.weights.get(name);
    if (known && known.shape.join() !== shape.join())
      throw new ConfigError(
        `${this.path}: states are carried from batch to batch row by row, so all batches need one size: fix it by input({ shape, batchSize }), or by batchInputShape of the first layer`,
        { layer: this.path, expected: known.shape, received: shape },
      );
    const weight = layer.declare(name, path, shape, { initializer: 'zeros', trainable: false }, true);
    return trace.carried.get(weight) ?? trace.program.param(trace.weights.indexOf(weight, path), shape);
  }
  /** What a state is for the next batch. */
  carry(name: string, value: Tensor): void {
    const weight = this.layer.weights.get(name) as Weight;
    this.trace.carried.set(weight, value);
    this.trace.program.update(this.trace.weights.indexOf(weight, `${this.path}/${name}`), value);
  }
  /** Adds a scalar to the loss of the model. */
  addLoss(value: Tensor): void {
    this.trace.penalties.push(value);
  }
  /** Adds a penalty on a layer's output, divided by the batch size. */
  penalize(output: Tensor, given: RegularizerLike | null | undefined): void {
    if (given) this.addLoss(scale(regularizer(given).penalty(output), 1 / (output.shape[0] as number)));
  }
  /** A key for random numbers: the same in every trace of the layer. */
  key(): number {
    return hash(`${this.path}#${this.randoms++}`);
  }
  /** Applies an activation given by name, factory or function; none leaves x as it is. */
  activate(x: Tensor, given: ActivationLike | null | undefined): Tensor {
    return given == null ? x : activation(given).apply(x);
  }
  /** Calls a layer inside this one, under its name. */
  call(layer: Layer, ...inputs: Tensor[]): Tensor {
    return layer.trace(this.trace, inputs)[0] as Tensor;
  }
  /** Calls a layer inside this one, which reads its weights through `read`. */
  callReading(layer: Layer, inputs: readonly Tensor[], read: (name: string, value: Tensor) => Tensor): Tensor {
    const { trace, path } = this;
    const { program, reading } = trace;
    trace.reading = (owner, name, value) => {
      if (owner !== layer) return reading?.(owner, name, value) ?? value;
      const inner = program.origin;
      program.origin = path;
      const answer = read(name, value);
      program.origin = inner;
      return answer;
    };
    try {
      return this.call(layer, ...inputs);
    } finally {
      trace.reading = reading;
    }
  }
  /** The mask of an input: 1 where a step counts. */
  mask(x: Tensor): Tensor | undefined {
    return this.trace.masks.get(x);
  }
  /** Throws a ShapeError that names the layer. */
  fail(message: string, received: readonly number[]): never {
    throw new ShapeError(`${this.path}: ${message}, received ${show([null, ...received.slice(1)])}`, { layer: this.path, received });
  }
}

/** Options that every factory accepts. */
const COMMON = ['name', 'trainable', 'inputShape', 'batchInputShape', 'dtype'];

/**
 * A layer: a definition and its options. Made by the factories in `layers`; `.apply` calls it on symbolic values.
 * `F` maps the shape of its input to that of its output, `I` is the shape given with `inputShape`.
 */
export class Layer<F extends ShapeFn = ShapeFn, I = unknown, C extends object = object> {
  /** For types alone: from the shape of the input to that of the output. */
  declare readonly shapeFn: F;
  /** For types alone: the shape given with `inputShape`. */
  declare readonly inputType: I;
  /** The layer's own options, defaults filled in. */
  readonly config: Readonly<C>;
  /** The options that every layer takes, as given. */
  readonly options: LayerOptions;
  /** Given, or set by the first model that the layer joins. */
  name: string | undefined;
  /** Whether training changes the weights, those of layers inside too; may be set at any time. */
  trainable: boolean;
  /** @internal */
  readonly weights = new Map<string, Weight>();
  /** @internal */
  readonly nodes: Node[] = [];
  /** @internal Traces to which the penalties of the layer's weights have been added already. */
  readonly penalized = new WeakSet<Trace>();

  constructor(
    /** What the layer does. */
    readonly definition: LayerDefinition<C>,
    config: C & LayerOptions,
  ) {
    const { className, defaults } = definition;
    checkKeys(className, config, [...Object.keys(defaults), ...COMMON]);
    const own: Record<string, unknown> = { ...(defaults as Record<string, unknown>) };
    const given = config as unknown as Record<string, unknown>;
    for (const key of Object.keys(defaults)) {
      if (given[key] !== undefined) own[key] = given[key];
      if (own[key] === undefined) throw new ConfigError(`${className}: the option '${key}' must be given`, { expected: key });
    }
    this.config = own as C;
    this.options = Object.fromEntries(COMMON.filter((key) => given[key] !== undefined).map((key) => [key, given[key]])) as LayerOptions;
    this.name = this.options.name;
    this.trainable = this.options.trainable ?? true;
    if (this.name !== undefined && !/^[^/]+$/.test(this.name)) throw new ConfigError(`${className}: '${this.name}' is no name for a layer: it must not be empty or contain '/'`);
    definition.check?.(this.config as C, this.name ?? className);
  }

  /** The name that files store: Keras's class. */
  get className(): string {
    return this.definition.className;
  }
  /** Layers inside this one. */
  get sublayers(): readonly Layer[] {
    return this.definition.sublayers?.(this.config as C, this as unknown as Layer) ?? [];
  }

  /** @internal */
  declare(name: string, path: string, shape: readonly number[], options: WeightOptions, carried = false): Weight {
    const known = this.weights.get(name);
    if (known) {
      if (known.shape.join() !== shape.join()) {
        throw new ShapeError(`${path}: the layer was built for a weight of shape ${show(known.shape)} and is now called on an input that needs ${show(shape)}`, {
          layer: this.name,
          expected: known.shape,
          received: shape,
        });
      }
      return known;
    }
    if (shape.some((d) => !Number.isInteger(d) || d < 1)) throw new ShapeError(`${path}: a weight can't have the shape ${show(shape)}`, { layer: this.name, received: shape });
    const limits = options.constraint ? constraint(options.constraint) : null;
    if (limits) axisBits(limits, shape.length, path);
    const penalty = options.regularizer ? regularizer(options.regularizer) : null;
    const weight = new Weight(name, shape, initializer(options.initializer), penalty, limits, options.trainable ?? true, this as unknown as Layer, carried);
    this.weights.set(name, weight);
    return weight;
  }

  /** @internal A new layer of the same kind. */
  like(config: C & LayerOptions): Layer<F, I, C> {
    return new Layer<F, I, C>(this.definition, config);
  }

  /** @internal What layers do that work before the engine gets anything; others don't have it. */
  host?(values: Values, like: Symbolic, what: string): Values;
  /** @internal Adds the layer's operations to a program. */
  trace(trace: Trace, inputs: readonly Tensor[]): readonly Tensor[] {
    return trace.within(this.name ?? this.className, () => {
      const scope = new Scope<C>(this as unknown as Layer, this.config as C, trace);
      trace.open.push(this as unknown as Layer);
      const results = this.definition.call(scope, ...inputs);
      trace.open.pop();
      this.penalized.add(trace);
      const outputs: readonly Tensor[] = Array.isArray(results) ? results : [results as Tensor];
      this.passMask(scope, trace, inputs, outputs);
      trace.watch?.(trace.program.origin, outputs);
      return outputs;
    });
  }

  private passMask(scope: Scope<C>, trace: Trace, inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
    const { mask } = this.definition;
    if (mask === null) return;
    const passed = mask ? mask(this.config as C, scope, ...inputs) : inputs[0] && trace.masks.get(inputs[0]);
    if (passed) for (const output of outputs) if (!trace.masks.has(output)) trace.masks.set(output, passed);
  }

  /** Sets the states that this layer, and those inside it, carry from batch to batch to zero. */
  async resetStates(): Promise<void> {
    for (const weight of this.weights.values()) if (weight.carried) await weight.home?.clear(weight);
    for (const layer of this.sublayers) await layer.resetStates();
  }

  /** Calls the layer on symbolic values: the functional way to build a model. */
  apply(...inputs: readonly (Symbolic | readonly Symbolic[])[]): Symbolic {
    return Symbolic.call(this as unknown as Layer, inputs.flat());
  }
}

/** Any layer, whatever its options. */
export interface AnyLayer {
  readonly shapeFn: ShapeFn;
  readonly inputType: unknown;
  readonly className: string;
  readonly name: string | undefined;
  readonly config: object;
  trainable: boolean;
  apply(...inputs: readonly (Symbolic | readonly Symbolic[])[]): Symbolic;
  resetStates(): Promise<void>;
}

/**
 * Makes a kind of layer: traced, differentiated and saved like the built-in ones.
 * @example
 * const scaled = defineLayer({ className: 'Scaled', defaults: { factor: 1 },
 *   call: (scope, x) => ops.mul(x, ops.constant(scope.tracer, { shape: [], dtype: 'float32', value: scope.config.factor })) });
 * const layer = scaled({ factor: 2 });
 */
export function defineLayer<C extends object>(definition: LayerDefinition<C>): (config?: Partial<C> & LayerOptions) => Layer<ShapeFn, unknown, C> {
  return (config = {}) => new Layer<ShapeFn, unknown, C>(definition, config as C & LayerOptions);
}

export type { Activation, ActivationLike, Constraint, ConstraintLike, Initializer, InitializerLike, Regularizer, RegularizerLike, Shape };

import type { Logs } from '../callbacks/callback.js';
import { ConfigError, DataError, lookUp, ShapeError, show, unknownName } from '../core/errors.js';
import { intake } from '../data/intake.js';
import type { ArrayLike as Arrays, NDArray } from '../data/ndarray.js';
import type { Layer } from '../layers/layer.js';
import type { Symbolic } from '../layers/symbolic.js';
import { type LossLike, loss } from '../losses/index.js';
import { type MetricLike, metric } from '../metrics/index.js';
import { optimizer } from '../optimizers/index.js';
import { ModelLayer } from './as_layer.js';
import { type Head, resultNames } from './compile.js';
import { Core, type Given } from './core.js';
import { type EvaluateOptions, evaluate, onBatch } from './evaluate.js';
import { type FitOptions, fit } from './fit.js';
import type { Graph } from './graph.js';
import type { Gradients, UpstreamOptions } from './gradients.js';
import type { History } from './history.js';
import type { Explanation, Profile, ProfileOptions } from './inspect.js';
import { type PredictOptions, predict, predictSync } from './predict.js';
import type { PictureOptions } from './picture/diagram.js';
import { counts, summarize } from './summary.js';
import type { CompileOptions, Data, Labels, MetricsOption, Prediction, ResultKeys, Shapes, WithValidation } from './types.js';

/** What callbacks see of a model. */
export interface AnyModel {
  /** Set to true, it ends the running fit after the epoch, or after the batch in a batch hook. */
  stopTraining: boolean;
  /** Copies of all weights. */
  getWeights(): Promise<readonly NDArray<Float32Array>[]>;
  /** Sets all weights, in the same order. */
  setWeights(weights: readonly Arrays[]): Promise<void>;
  /** The learning rate of the next step. */
  getLearningRate(): Promise<number>;
  /** From now on this rate, in place of a schedule. */
  setLearningRate(rate: number): Promise<void>;
  /** Saves the whole model to an address. */
  save(address: string): Promise<void>;
  /** Saves the weights alone. */
  saveWeights(address: string): Promise<void>;
  /** Whether more of a result is better. */
  metricDirection(name: string): 'up' | 'down';
}

/** Options of a step on one batch. */
export interface BatchOptions {
  /** A weight per row. */
  readonly sampleWeight?: ArrayLike<number>;
  /** Weight of each class. */
  readonly classWeight?: Readonly<Record<number, number>>;
}

/** How outputs are given and answered. */
export type Structure = 'single' | 'list' | 'record';

/** A network: layers, and after `compile` a loss, an optimizer and metrics. Nothing in it must be freed. */
export class Model<I extends Shapes = Shapes, O extends Shapes = Shapes, K extends string = string> implements AnyModel {
  /** For types alone: shapes of the inputs. */
  declare readonly inputShapes: I;
  /** For types alone: shapes of the outputs. */
  declare readonly outputShapes: O;
  stopTraining = false;
  /** What the user wants to keep with the model; saved in its file. */
  userMetadata: Record<string, unknown> = {};
  private made: Core | undefined;
  /** @internal How compile was called, for files. */
  compileOptions: CompileOptions | undefined;

  constructor(
    /** Name in `summary` and in files. */
    readonly name: string,
    private readonly makeGraph: () => Graph,
    /** @internal */
    readonly layout: Structure = 'single',
  ) {}

  /** @internal */
  get core(): Core {
    this.made ??= new Core(this.makeGraph());
    return this.made;
  }
  /** @internal */
  protected get built(): boolean {
    return this.made !== undefined;
  }

  /** The layers in order. */
  get layers(): readonly Layer[] {
    return this.core.graph.layers;
  }
  /** Calls the model like a layer on symbolic values: its layers and weights become part of another model. */
  apply(...inputs: readonly Symbolic[]): Symbolic {
    this.layer ??= new ModelLayer(this.core.graph, this.name);
    return this.layer.apply(...inputs);
  }
  private layer: Layer | undefined;

  /** A layer by name or number. */
  getLayer(which: { readonly name: string } | { readonly index: number }): Layer {
    const { layers } = this;
    if ('index' in which) {
      const found = layers.at(which.index);
      if (!found) throw new ConfigError(`getLayer: there are ${layers.length} layers, none is number ${which.index}`, { received: which.index });
      return found;
    }
    return lookUp('layer', Object.fromEntries(layers.map((layer) => [layer.name, layer])), which.name);
  }

  /**
   * Sets loss, optimizer and metrics; answers the same model, typed by the names of its results.
   * @throws {ConfigError} for unknown names, with the nearest known one.
   */
  compile<const M extends MetricsOption<O> = readonly []>(options: CompileOptions<O, M>): Model<I, O, ResultKeys<M>> {
    const heads = this.heads(options as unknown as CompileOptions);
    const names = resultNames(heads);
    const all = heads.flatMap((h) => [...h.metrics, ...h.weightedMetrics]);
    this.core.compiled = { optimizer: optimizer(options.optimizer ?? 'rmsprop'), heads, names, all, recompute: options.recompute ?? false };
    this.compileOptions = options as unknown as CompileOptions;
    this.pending = this.core.recompiled();
    this.pending.catch(() => {});
    return this as unknown as Model<I, O, ResultKeys<M>>;
  }
  private pending: Promise<void> = Promise.resolve();

  private heads(options: CompileOptions): Head[] {
    const { outputs } = this.core.graph;
    const names = outputs.map((o) => o.name);
    const perOutput = <T>(given: unknown, what: string): ((output: string) => T | undefined) => {
      const record = typeof given === 'object' && given !== null && !Array.isArray(given) && !('call' in given);
      if (!record) return () => given as T | undefined;
      for (const key of Object.keys(given)) if (!names.includes(key)) throw unknownName(`output in ${what}`, key, names);
      return (output) => (given as Record<string, T>)[output];
    };
    if (options.loss === undefined) throw new ConfigError('compile: a loss is needed', { expected: 'loss' });
    const lossOf = perOutput<LossLike>(options.loss, 'loss');
    const metricsOf = perOutput<readonly MetricLike[]>(options.metrics, 'metrics');
    const weightOf = perOutput<number>(options.lossWeights ?? {}, 'lossWeights');
    const heads = names.map((output): Head => {
      const given = lossOf(output);
      return {
        output,
        loss: given === undefined ? null : loss(given),
        lossWeight: weightOf(output) ?? 1,
        metrics: (metricsOf(output) ?? []).map(metric),
        weightedMetrics: (options.weightedMetrics ?? []).map(metric),
      };
    });
    if (!heads.some((head) => head.loss)) throw new ConfigError('compile: no output has a loss');
    return heads;
  }

  metricDirection(name: string): 'up' | 'down' {
    const compiled = this.core.needCompiled('metricDirection');
    const at = compiled.names.indexOf(name) - compiled.names.length + compiled.all.length;
    return compiled.all[at]?.direction ?? 'down';
  }

  /**
   * Trains. Data are copied into the engine once; other calls are answered while it runs.
   * @param x rows of inputs; `y` their labels.
   * @throws {ShapeError} {DataError} {ConfigError} before anything is changed.
   */
  async fit<const F extends FitOptions>(x: Data<I>, y: Labels<O>, options?: F): Promise<History<WithValidation<K, F>>> {
    await this.pending;
    return (await fit(this.core, this, x as Given, y as Given, options ?? {})) as History<WithValidation<K, F>>;
  }
  /** Loss and metrics over rows. */
  async evaluate(x: Data<I>, y: Labels<O>, options: EvaluateOptions = {}): Promise<{ readonly [P in K]: number }> {
    await this.pending;
    return (await evaluate(this.core, this, x as Given, y as Given, options)) as { readonly [P in K]: number };
  }
  /** The outputs for rows, as arrays of their own. */
  async predict(x: Data<I>, options: PredictOptions = {}): Promise<Prediction<O>> {
    await this.pending;
    return this.shaped(await predict(this.core, this, x as Given, options));
  }
  /** The same at once, with `init({ worker: false })` and after `ready()`. */
  predictSync(x: Data<I>): Prediction<O> {
    return this.shaped(predictSync(this.core, x as Given));
  }
  private shaped(arrays: readonly NDArray<Float32Array>[]): Prediction<O> {
    if (this.layout === 'single') return arrays[0] as Prediction<O>;
    if (this.layout === 'list') return arrays as unknown as Prediction<O>;
    return Object.fromEntries(arrays.map((a, i) => [this.core.graph.outputs[i]?.name, a])) as Prediction<O>;
  }
  /** One step of training on these rows. */
  async trainOnBatch(x: Data<I>, y: Labels<O>, options: BatchOptions = {}): Promise<{ readonly [P in K]: number }> {
    await this.pending;
    return (await onBatch(this.core, true, x as Given, y as Given, options)) as { readonly [P in K]: number };
  }
  /** Loss and metrics of these rows. */
  async testOnBatch(x: Data<I>, y: Labels<O>, options: BatchOptions = {}): Promise<{ readonly [P in K]: number }> {
    await this.pending;
    return (await onBatch(this.core, false, x as Given, y as Given, options)) as { readonly [P in K]: number };
  }

  /**
   * Gradients of the loss for rows and labels, or of the outputs weighted by `upstream`, with respect to inputs and weights.
   * @example
   * const { weights } = await net.gradients(x, y);
   */
  async gradients(x: Data<I>, y: Labels<O> | UpstreamOptions): Promise<Gradients> {
    await this.pending;
    return (await import('./later.js')).gradients(this.core, x as Given, y as Given | UpstreamOptions);
  }
  /** Where the time of a training step goes, record by record. Changes nothing. */
  async profile(x: Data<I>, y: Labels<O>, options: ProfileOptions = {}): Promise<Profile> {
    await this.pending;
    return (await import('./later.js')).profile(this.core, x as Given, y as Given, options);
  }
  /** The compiled training step: its records after fusion, and the memory that it takes. */
  async explain(x: Data<I>, y: Labels<O>, options: { readonly batchSize?: number } = {}): Promise<Explanation> {
    await this.pending;
    return (await import('./later.js')).explain(this.core, x as Given, y as Given, options.batchSize);
  }

  /** Starts the engine and puts the weights there, so that nothing later has to wait. */
  async ready(): Promise<void> {
    await this.pending;
    await this.core.session();
  }

  /** Copies of all weights, in Keras's order and layouts. */
  async getWeights(): Promise<readonly NDArray<Float32Array>[]> {
    const session = await this.core.session();
    const all = await session.client.call('weights_get', session.id);
    let at = 0;
    return this.core.graph.weights.map(({ weight }) => {
      const data = all.slice(at, at + weight.size);
      at += weight.size;
      return { data, shape: weight.shape };
    });
  }
  /** Sets all weights, in the order of `getWeights`. */
  async setWeights(weights: readonly Arrays[]): Promise<void> {
    const wanted = this.core.graph.weights;
    if (weights.length !== wanted.length) throw new DataError(`setWeights: the model has ${wanted.length} weights, received ${weights.length}`, { expected: wanted.length, received: weights.length });
    const all = new Float32Array(counts(this.core.graph).total);
    let at = 0;
    wanted.forEach(({ weight, path }, i) => {
      const given = weights[i] as Arrays;
      const scalar = weight.shape.length === 0;
      const { data, shape } = intake(given, { what: path, shape: scalar ? [1] : weight.shape, dtype: 'float32' });
      if (!scalar && shape[0] !== weight.shape[0]) throw new ShapeError(`${path}: expected ${show(weight.shape)}, received ${show(shape)}`, { expected: weight.shape, received: shape });
      all.set(data, at);
      at += weight.size;
    });
    await this.putWeights(all);
  }
  /** @internal Sets the weights; states that are carried from batch to batch stay. */
  async putWeights(weights: Float32Array): Promise<void> {
    const { core } = this;
    let all = weights;
    if (core.graph.carries) {
      const now = await core.changing();
      all = await now.client.call('weights_get', now.id);
      all.set(weights);
    }
    core.keep(all);
    const session = await core.changing();
    await session.client.call('weights_set', session.id, all);
  }

  /** The learning rate of the next step. */
  async getLearningRate(): Promise<number> {
    const session = await this.core.session();
    return session.client.call('learning_rate_get', session.id);
  }
  /** From now on this rate, in place of a schedule. */
  async setLearningRate(rate: number): Promise<void> {
    if (!(rate >= 0 && rate < Infinity)) throw new ConfigError(`setLearningRate: a number from 0 up is needed, received ${rate}`, { received: rate });
    const session = await this.core.session();
    await session.client.call('learning_rate_set', session.id, rate);
  }

  /**
   * Sets the states that stateful layers carry from batch to batch to zero.
   * @example
   * const series = layers.lstm({ units: 4, stateful: true, batchInputShape: [2, 5, 3] });
   * const model = sequential([series, layers.dense({ units: 1 })]);
   * await model.resetStates();
   */
  async resetStates(): Promise<void> {
    if (!this.core.graph.carries) return;
    await this.core.changing();
    for (const layer of this.layers) await layer.resetStates();
  }

  /** Number of weights: all, or those that training changes. */
  countParams(which: 'all' | 'trainable' = 'all'): number {
    return which === 'all' ? counts(this.core.graph).total : counts(this.core.graph).trainable;
  }
  /** A table of the layers; needs no engine. Printed unless `print` is false. */
  summary(options: { readonly print?: boolean } = {}): string {
    const text = summarize(this.core.graph, this.name);
    if (options.print !== false) console.log(text);
    return text;
  }

  /**
   * The graph of the layers in Graphviz's language: a box for each call with its output shape and weights. Keras's model_to_dot.
   * @example
   * const model = sequential([layers.dense({ units: 1, inputShape: [4] })]);
   * console.log(await model.toDot());
   */
  async toDot(options?: PictureOptions): Promise<string> {
    const { toDot } = await import('./later.js');
    return toDot(this.core.graph, this.name, options);
  }
  /**
   * The same as a picture in SVG, for a page or a file. Keras's plot_model.
   * @example
   * const model = sequential([layers.dense({ units: 1, inputShape: [4] })]);
   * console.log(await model.toSvg());
   */
  async toSvg(options?: PictureOptions): Promise<string> {
    const { toSvg } = await import('./later.js');
    return toSvg(this.core.graph, this.name, options);
  }

  /** Saves layers, weights, compile options and optimizer to an address: a path, `idb://…`, `opfs://…` or `download://…`. */
  async save(address: string): Promise<void> {
    const { save } = await import('./later.js');
    await save(this as unknown as Model, address);
  }
  /** Saves the weights alone, by their names. */
  async saveWeights(address: string): Promise<void> {
    const { saveWeights } = await import('./later.js');
    await saveWeights(this as unknown as Model, address);
  }
  /** Loads weights by their names. */
  async loadWeights(source: string | Uint8Array, options: { readonly skipMismatch?: boolean } = {}): Promise<void> {
    const { loadWeights } = await import('./later.js');
    await loadWeights(this as unknown as Model, source, options);
  }
  /** The bytes that `save` would write. */
  async toBytes(): Promise<Uint8Array> {
    const { toBytes } = await import('./later.js');
    return toBytes(this as unknown as Model);
  }

  /** Gives the engine's memory of the model back now, instead of when the garbage collector gets to it. */
  async dispose(): Promise<void> {
    await this.core.dispose();
  }
}

export type { Logs };

// A model's side of the engine: its numbers, plans and data there, and how they come back after the engine was lost.
import { axisBits } from '../constraints/index.js';
import { Words } from '../core/bytes.js';
import { EngineError } from '../core/errors.js';
import { dtypeCode } from '../core/program.js';
import type { DType } from '../core/tensor.js';
import type { DataArray } from '../data/ndarray.js';
import { hash } from '../layers/layer.js';
import type { Weight } from '../layers/weight.js';
import type { DirectClient } from '../runtime/direct_client.js';
import { type EngineClient, getEngine } from '../runtime/index.js';
import { type Compiled, sameWant, type Want, writeProgram } from './compile.js';
import type { Graph, Variable } from './graph.js';
import { Pace } from './slices.js';

/** Plans kept per model. */
const MOST_PLANS = 24;

/** A plan in the engine. */
export interface Plan {
  readonly id: number;
  readonly want: Want;
  /** Addresses and lengths of inputs and outputs; they move when the arena grows. */
  places?: Uint32Array | undefined;
  readonly pace: Pace;
}

/** An array in the engine. */
export interface Resident {
  readonly address: number;
  readonly dtype: DType;
  /** Elements per row. */
  readonly row: number;
  readonly rows: number;
  readonly length: number;
}

const DTYPE = (data: DataArray): DType => (data instanceof Float32Array ? 'float32' : data instanceof Int32Array ? 'int32' : 'uint8');

/** The engine's list of weights: shapes, initializers, keys, constraints. */
function specification(variables: readonly Variable[]): Uint8Array {
  const w = new Words().u32(variables.length);
  for (const { weight, path } of variables) {
    const { kind, args } = weight.initializer.distribution(weight.shape);
    const own = weight.initializer.config.seed as number | null | undefined;
    w.u32(0)
      .list(weight.shape)
      .u32(weight.trainable ? 1 : 0, kind, args.length);
    w.f32(...args);
    if (own == null)
      w.i32(hash(path))
        .i32(hash(`${path}.`))
        .u32(0);
    else w.u64(own).u32(1);
    const { constraint } = weight;
    if (constraint)
      w.u32(constraint.constraint + 1, constraint.args.length)
        .f32(...constraint.args)
        .u32(axisBits(constraint, weight.shape.length, path));
    else w.u32(0);
  }
  return w.bytes();
}

export class Session {
  /** The least recently used first. */
  private plans: Plan[] = [];
  private snapshot = 0;
  readonly indices: ReadonlyMap<Weight, number>;
  /** Where each weight begins among all. */
  readonly offsets: ReadonlyMap<Weight, number>;

  private constructor(
    readonly client: EngineClient,
    readonly id: number,
    private readonly graph: Graph,
    readonly size: number,
  ) {
    this.indices = new Map(graph.variables.map(({ weight }, i) => [weight, i]));
    let at = 0;
    this.offsets = new Map(
      graph.variables.map(({ weight }) => {
        at += weight.size;
        return [weight, at - weight.size];
      }),
    );
  }

  static async open(graph: Graph, seed: number, weights: Float32Array | null): Promise<Session> {
    const client = await getEngine();
    const id = await client.call('model_create', specification(graph.variables));
    const session = new Session(
      client,
      id,
      graph,
      graph.variables.reduce((n, { weight }) => n + weight.size, 0),
    );
    if (weights) await client.call('weights_set', id, weights);
    else await client.call('model_init', id, seed);
    return session;
  }

  /** The weights of the last finished epoch, readable even when the engine is dead. */
  remains(): Float32Array | null {
    const { memory } = this.client;
    return memory && this.snapshot ? new Float32Array(memory.buffer, this.snapshot, this.size).slice() : null;
  }
  /** From now on the end of each epoch leaves a copy of the weights. */
  async keepSnapshots(): Promise<void> {
    this.snapshot = await this.client.call('snapshot', this.id);
  }

  /** Sets a state to zero. */
  async clear(state: Weight): Promise<void> {
    if (this.client.alive) await this.client.call('state_clear', this.id, this.indices.get(state) as number);
  }

  async setOptimizer(settings: Uint32Array): Promise<void> {
    await this.forget();
    await this.client.call('optimizer_set', this.id, settings);
  }
  async setTrainable(flags: Uint8Array): Promise<void> {
    this.plans = [];
    await this.client.call('model_trainable', this.id, flags);
  }
  /** Drops all plans. */
  async forget(): Promise<void> {
    for (const { id } of this.plans.splice(0)) await this.client.call('program_free', this.id, id);
  }

  /** The plan for a want, compiled when it's new; the least recently used one goes when there are many. */
  async plan(want: Want, compiled: Compiled | undefined, write = writeProgram): Promise<Plan> {
    const known = this.known(want);
    if (known) return known;
    const id = await this.add(write(this.graph, compiled, want, this.indices));
    const plan: Plan = { id, want, pace: new Pace(await this.client.call('program_cost', this.id, id)) };
    this.plans.push(plan);
    await this.trim();
    return plan;
  }
  private known(want: Want): Plan | undefined {
    const { plans } = this;
    // Small predictions come one after another, each alike; to find its plan takes less time than to make a key for it.
    for (let i = plans.length - 1; i >= 0; i--) {
      const plan = plans[i] as Plan;
      if (!sameWant(plan.want, want)) continue;
      if (i < plans.length - 1) plans.push(...plans.splice(i, 1));
      return plan;
    }
    return;
  }
  /** Compiles a program and answers its number. */
  async add(program: Uint8Array): Promise<number> {
    const id = await this.client.call('program_add', this.id, program);
    this.moved();
    return id;
  }
  /** A new program may have made the arena grow and move. */
  private moved(): void {
    for (const plan of this.plans) plan.places = undefined;
  }
  private pinned = new Set<Plan>();
  /** Keeps plans while a run uses them; answers how to let them go. */
  pin(...plans: readonly Plan[]): () => void {
    for (const plan of plans) this.pinned.add(plan);
    return () => {
      for (const plan of plans) this.pinned.delete(plan);
    };
  }
  private async trim(): Promise<void> {
    for (const plan of this.plans.slice(0, -1)) {
      if (this.plans.length <= MOST_PLANS) return;
      if (this.pinned.has(plan)) continue;
      this.plans = this.plans.filter((other) => other !== plan);
      await this.client.call('program_free', this.id, plan.id);
    }
  }

  /** Runs a plan once, on inputs that go straight to their places: a prediction or gradients. */
  async predict(plan: Plan, inputs: readonly (Float32Array | Int32Array)[]): Promise<Float32Array[]> {
    plan.places ??= await this.client.call('predict_io', this.id, plan.id);
    const started = performance.now();
    const outputs = await this.client.predict(this.id, plan.id, plan.places, inputs, plan.pace.quick());
    if (this.client.complete) plan.pace.took(performance.now() - started, 1);
    return outputs;
  }

  /** The same on this thread, plan and all. */
  predictNow(client: DirectClient, want: Want, inputs: readonly (Float32Array | Int32Array)[]): Float32Array[] {
    let plan = this.known(want);
    if (!plan) {
      plan = { id: client.now('program_add', this.id, writeProgram(this.graph, undefined, want, this.indices)), want, pace: new Pace(0) };
      this.moved();
      this.plans.push(plan);
    }
    plan.places ??= client.now('predict_io', this.id, plan.id);
    return client.predictNow(this.id, plan.id, plan.places, inputs);
  }

  /** Copies rows into the engine. */
  async upload(data: DataArray, rows: number, what: string): Promise<Resident> {
    let address: number;
    try {
      address = await this.client.upload(data);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'memory')) throw error;
      throw new EngineError(
        'memory',
        `${what} needs ${(data.byteLength / 2 ** 20).toFixed(0)} MiB in the engine and there is no room: ${error.message}; pass bytes as Uint8Array, or fewer rows at a time`,
        { cause: error },
      );
    }
    return { address, dtype: DTYPE(data), row: data.length / rows, rows, length: data.length };
  }
  async release(arrays: readonly Resident[]): Promise<void> {
    if (this.client.alive) await Promise.all(arrays.map(({ address }) => this.client.call('array_free', address)));
  }
  private closed = false;
  /** Gives its memory in the engine back; a second time does nothing, because the number may be another model's by then. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.moved(); // a prediction under way must not write where nothing of the model is
    if (this.client.alive) await this.client.call('model_free', this.id);
  }
}

const NONE = 0xffffffff;

/** A run over rows of arrays in the engine. */
export interface RunOptions {
  readonly plan: Plan;
  readonly tail: Plan | null;
  readonly train: boolean;
  readonly rows: readonly [from: number, to: number];
  readonly batch: number;
  readonly shuffle: boolean;
  readonly epochs: readonly [from: number, to: number];
  readonly seed: number;
  readonly collect: boolean;
  readonly data: readonly Resident[];
}

/** What a slice of a run answers. */
export interface Progress {
  readonly state: 'running' | 'finished' | 'stopped' | 'broken';
  readonly steps: number;
  readonly epoch: number;
  readonly stepInEpoch: number;
  /** How often a thread slept while it waited for the others. */
  readonly slept: number;
  /** Results of each epoch that ended in the slice. */
  readonly completed: readonly (readonly number[])[];
}

const STATES = ['running', 'finished', 'stopped', 'broken'] as const;

export class Run {
  private constructor(
    readonly session: Session,
    readonly options: RunOptions,
    private readonly id: number,
    private readonly unpin: () => void,
  ) {}

  static async open(session: Session, o: RunOptions): Promise<Run> {
    const w = new Words().u32(o.plan.id, o.tail?.id ?? NONE, o.train ? 1 : 0, ...o.rows, o.batch, o.shuffle ? 1 : 0, ...o.epochs);
    w.u64(o.seed).u32(o.collect ? 1 : 0, o.data.length);
    for (const { address, dtype, row, rows } of o.data) w.u64(address).u32(dtypeCode(dtype), row, rows);
    const unpin = session.pin(o.plan, ...(o.tail ? [o.tail] : []));
    return new Run(session, o, await session.client.call('run_create', session.id, w.words()), unpin);
  }

  /** Milliseconds of each record over so many steps, on at most so many threads, and on how many it was. */
  async profile(steps: number, most: number): Promise<{ threads: number; times: readonly number[] }> {
    const [threads = 1, ...times] = await this.session.client.call('run_profile', this.id, steps, most);
    return { threads, times };
  }
  /** Up to so many steps, on one thread if it's to be `alone`. */
  async slice(most: number, untilEpochEnd: boolean, alone = false): Promise<Progress> {
    const {
      rows,
      batch,
      epochs,
      plan: { pace },
    } = this.options;
    const whole = Math.ceil((rows[1] - rows[0]) / batch) * (untilEpochEnd ? 1 : epochs[1] - epochs[0]);
    const numbers = await this.session.client.slice(pace.quick(), pace.quick(Math.min(most, whole)), this.id, most, untilEpochEnd, alone);
    const [state = 0, steps = 0, epoch = 0, stepInEpoch = 0, slept = 0, count = 0, ...rest] = numbers;
    const width = count ? rest.length / count : 0;
    const completed = Array.from({ length: count }, (_, i) => rest.slice(i * width, (i + 1) * width));
    return { state: STATES[state] as Progress['state'], steps, epoch, stepInEpoch, slept, completed };
  }
  async metrics(): Promise<readonly number[]> {
    return [...(await this.session.client.call('run_metrics', this.id))];
  }
  output(index: number): Promise<Float32Array> {
    return this.session.client.call('run_output', this.id, index);
  }
  async close(): Promise<void> {
    this.unpin();
    if (this.session.client.alive) await this.session.client.call('run_free', this.id);
  }
}

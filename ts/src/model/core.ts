// What a model keeps, apart from its public face: the graph, what was compiled, and its session in the engine.
import { ConfigError, DataError } from '../core/errors.js';
import { nextSeed } from '../core/seed.js';
import type { InputType } from '../core/tensor.js';
import { intake, type Wanted } from '../data/intake.js';
import type { ArrayLike, NDArray, TextArray } from '../data/ndarray.js';
import type { Compiled, Head } from './compile.js';
import { labelShape } from './compile.js';
import type { Graph, Port } from './graph.js';
import { Session } from './session.js';
import { wholeNumber } from './table.js';
import { claimShared, fetchShared, leaveShared } from './sharing.js';

/** Arrays for a model: one, a list, or a record by names. */
export type Given = ArrayLike | TextArray | readonly (ArrayLike | TextArray)[] | Readonly<Record<string, ArrayLike | TextArray>>;

/** Models that nobody holds any more give their memory in the engine back. */
const forgotten = new FinalizationRegistry<Session>((session) => {
  leaveShared(session)
    .then(() => session.close())
    .catch(() => {});
});

const DISPOSED = () => new ConfigError('the model was disposed; build it again');

export class Core {
  compiled: Compiled | undefined;
  /** Seed of the first weights. */
  readonly seed = nextSeed();
  private opening: Promise<Session> | undefined;
  private open: Session | undefined;
  /** Weights that were set before the engine ran, or that outlived it. */
  private kept: Float32Array | null = null;
  private trainable = '';
  fitting = false;
  disposed = false;

  constructor(readonly graph: Graph) {
    for (const { weight } of graph.variables) weight.models++;
  }

  /** The session, opened at first use and again after the engine was lost. */
  async session(): Promise<Session> {
    if (this.disposed) throw DISPOSED();
    if (this.open && !this.open.client.alive) {
      this.kept = this.open.remains() ?? this.kept;
      this.open = undefined;
      this.opening = undefined;
    }
    this.opening ??= this.start();
    const session = await this.opening;
    if (this.disposed) throw DISPOSED();
    await this.followTrainable(session);
    await fetchShared(session);
    return session;
  }
  /** The session, whose weights are about to change. */
  async changing(): Promise<Session> {
    const session = await this.session();
    claimShared(session);
    return session;
  }
  async dispose(): Promise<void> {
    this.disposed = true;
    // A session that is being opened goes as well.
    await this.opening?.catch(() => {});
    const { now } = this;
    if (!now) return;
    await leaveShared(now);
    await now.close();
  }
  /** The error of a call: that of an engine that doesn't know the model any more says little. */
  reason(error: unknown): unknown {
    return this.disposed && (error as { code?: string }).code !== 'config' ? DISPOSED() : error;
  }
  /** The session, if it's open. */
  get now(): Session | undefined {
    return this.open?.client.alive ? this.open : undefined;
  }
  private async start(): Promise<Session> {
    try {
      const session = await Session.open(this.graph, this.seed, this.kept);
      if (this.compiled) await session.setOptimizer(this.settings(this.compiled));
      this.trainable = this.flags().join('');
      this.open = session;
      forgotten.register(this, session);
      return session;
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }
  /** Remembers weights for an engine to come. */
  keep(weights: Float32Array): void {
    this.kept = weights;
  }

  private flags(): Uint8Array {
    return Uint8Array.from(this.graph.variables, ({ weight }) => (weight.trainable ? 1 : 0));
  }
  private async followTrainable(session: Session): Promise<void> {
    const flags = this.flags();
    if (flags.join('') === this.trainable) return;
    this.trainable = flags.join('');
    await session.setTrainable(flags);
  }

  private settings({ optimizer }: Compiled): Uint32Array {
    return optimizer.settings(this.graph.variables.map(({ path }) => path));
  }
  async recompiled(): Promise<void> {
    if (this.now && this.compiled) await this.now.setOptimizer(this.settings(this.compiled));
  }

  /** Rows per batch: what was given, else what the inputs fix, else 32. */
  batchSize(given: number | undefined, what: string): number {
    const { batch } = this.graph;
    const size = wholeNumber(given ?? batch ?? 32, 1, `${what}: batchSize`);
    if (batch !== null && size !== batch) throw new ConfigError(`${what}: the model's inputs fix batches of ${batch} rows, received a batchSize of ${size}`, { expected: batch, received: size });
    return size;
  }
  /** Throws if rows can't be cut into batches of the size that the inputs fix. */
  checkRows(rows: number, what: string): void {
    const { batch } = this.graph;
    if (batch !== null && rows % batch !== 0)
      throw new DataError(`${what}: ${rows} rows can't be cut into the batches of ${batch} rows that the model's inputs fix; pass a multiple of ${batch}`, { expected: batch, received: rows });
  }
  /** The session for a run that doesn't train: it changes the model all the same where states are carried on. */
  running(): Promise<Session> {
    return this.graph.carries ? this.changing() : this.session();
  }

  needCompiled(what: string): Compiled {
    if (!this.compiled) throw new ConfigError(`${what}: the model must be compiled first: model.compile({ optimizer, loss })`);
    return this.compiled;
  }

  /** One array per input. */
  inputs(x: Given, what = 'x'): NDArray[] {
    const given = byPort(this.graph.inputs, x, what, ({ symbolic }) => ({ shape: [null, ...symbolic.shape.slice(1)], dtype: symbolic.dtype }));
    const arrays = this.graph.feed(given, what) as NDArray[];
    const rows = arrays[0]?.shape[0];
    for (const array of arrays) if (array.shape[0] !== rows) throw new DataError(`${what}: all arrays need the same number of rows, received ${arrays.map((a) => a.shape[0]).join(', ')}`);
    this.graph.feeds.forEach((feed, i) => checkIndices(arrays[i] as NDArray, this.graph.lookup(feed), what));
    return arrays;
  }

  /** One array of labels per head. */
  labels(y: Given, rows: number, what = 'y'): NDArray[] {
    const { heads } = this.needCompiled('fit');
    const ports = heads.map((head) => ({ ...(this.graph.outputs.find((o) => o.name === head.output) as Port), head }));
    const arrays = byPort(ports, y, what, ({ symbolic, head }) => labelShape(head, [null, ...symbolic.shape.slice(1)]), labelFallback);
    arrays.forEach((array, i) => {
      const { head, symbolic } = ports[i] as (typeof ports)[number];
      if (array.shape[0] !== rows) throw new DataError(`${what}: ${array.shape[0]} rows of labels for ${rows} rows of data`, { expected: rows, received: array.shape[0] });
      checkClasses(array, head, symbolic.shape.at(-1) ?? null, what);
    });
    return arrays;
  }
}

type PortLike = Pick<Port, 'name' | 'symbolic'>;

/** Cuts what was given into one array per port: a list, a record by names, or the one array. */
function byPort<P extends PortLike>(
  ports: readonly P[],
  given: Given,
  what: string,
  wanted: (port: P) => { shape: Wanted['shape']; dtype: InputType },
  fallback?: (x: ArrayLike, wanted: Wanted, port: P) => ArrayLike,
): NDArray[] {
  const take = (x: ArrayLike | undefined, port: P, name: string): NDArray => {
    const { shape, dtype } = wanted(port);
    // Text is looked at by the layer outside of the engine that takes it.
    if (dtype === 'string') return x as NDArray;
    const want: Wanted = { what: name, shape, dtype };
    const array = fallback && x !== undefined ? fallback(x, want, port) : x;
    return intake(array, want);
  };
  if (ports.length === 1 && !isRecord(given)) return [take(alone(given), ports[0] as P, what)];
  let arrays: NDArray[];
  if (isRecord(given)) {
    const unknown = Object.keys(given).find((key) => !ports.some((p) => p.name === key));
    if (unknown !== undefined) throw new DataError(`${what}: '${unknown}' is none of ${ports.map((p) => `'${p.name}'`).join(', ')}`, { expected: ports.map((p) => p.name), received: unknown });
    arrays = ports.map((port) => take((given as Readonly<Record<string, ArrayLike>>)[port.name], port, `${what}.${port.name}`));
  } else {
    const list = given as readonly ArrayLike[];
    if (!Array.isArray(given) || list.length !== ports.length)
      throw new DataError(`${what}: ${ports.length} arrays are expected (${ports.map((p) => p.name).join(', ')}), received ${Array.isArray(given) ? list.length : typeof given}`);
    arrays = ports.map((port, i) => take(list[i], port, `${what}[${i}]`));
  }
  return arrays;
}

/** The one array of a model with one input; as a list of one, it may come with its shape. */
function alone(given: Given): ArrayLike {
  const [first] = Array.isArray(given) && given.length === 1 ? given : [];
  return typeof first === 'object' && first !== null && 'data' in first && 'shape' in first ? first : (given as ArrayLike);
}

function isRecord(given: Given): given is Readonly<Record<string, ArrayLike>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && !ArrayBuffer.isView(given) && !('data' in given && 'shape' in given);
}

/** Class numbers may come as a column. */
function labelFallback(x: ArrayLike, want: Wanted): ArrayLike {
  const { shape } = want;
  if (want.dtype !== 'int32') return x;
  if (typeof x === 'object' && 'shape' in x && x.shape.length === shape.length + 1 && x.shape.at(-1) === 1) return { data: x.data, shape: x.shape.slice(0, -1) };
  if (Array.isArray(x) && shape.length === 1 && Array.isArray(x[0]) && x[0].length === 1) return x.map((row) => (row as readonly number[])[0] as number);
  return x;
}

function checkIndices({ data, shape }: NDArray, lookup: { readonly name: string; readonly rows: number } | null, what: string): void {
  if (!lookup) return;
  const at = data.findIndex((index: number) => index < 0 || index >= lookup.rows);
  if (at < 0) return;
  const perRow = data.length / (shape[0] as number);
  const [first, received] = [Math.floor(at / perRow), data[at] as number];
  throw new DataError(`${what}: the index ${received} at row ${first}, place ${at % perRow} is outside of the ${lookup.rows} rows of '${lookup.name}' (0 … ${lookup.rows - 1})`, {
    layer: lookup.name,
    expected: [0, lookup.rows - 1],
    received,
  });
}

function checkClasses({ data }: NDArray, { loss }: Head, classes: number | null, what: string): void {
  if ((loss?.labels !== 'classes' && loss?.labels !== 'sequences') || classes === null) return;
  const ignored = loss.config.ignoreClass as number | null | undefined;
  for (let i = 0; i < data.length; i++) {
    const label = data[i] as number;
    if ((label < 0 || label >= classes) && label !== ignored) {
      throw new DataError(`${what}: the label ${label} at index ${i} is outside of the ${classes} classes 0 … ${classes - 1}${label === classes ? '; classes count from 0' : ''}`, {
        expected: [0, classes - 1],
        received: label,
      });
    }
  }
}

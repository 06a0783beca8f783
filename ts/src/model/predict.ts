import type { Callback } from '../callbacks/callback.js';
import { CallbackList } from '../callbacks/callback_list.js';
import { ConfigError, DataError } from '../core/errors.js';
import { Program } from '../core/program.js';
import type { DType } from '../core/tensor.js';
import { size } from '../core/values.js';
import type { NDArray } from '../data/ndarray.js';
import { Trace } from '../layers/layer.js';
import { engineType } from '../layers/symbolic.js';
import { DirectClient } from '../runtime/direct_client.js';
import type { Want } from './compile.js';
import type { Core, Given } from './core.js';
import type { AnyModel } from './model.js';
import { progressBar, type Verbose } from './progress.js';
import { Run, type Session } from './session.js';

/** Options of prediction. */
export interface PredictOptions {
  /** Default 32. */
  batchSize?: number;
  /** Default 0. */
  verbose?: Verbose;
  /** Hooks that are called on the way. */
  callbacks?: readonly Callback[];
  /** Stops it; the call rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Rows that are one batch unless the user says how many are. */
const SMALL_ROWS = 64;
/** Numbers that cost little to convert and to pad. */
const SMALL_NUMBERS = 1 << 16;
const small = ({ data }: NDArray): boolean => data.length <= SMALL_NUMBERS;

/** The next power of two: a server that sees 1 … 64 rows keeps a handful of plans. */
const rounded = (rows: number): number => 2 ** Math.ceil(Math.log2(rows));

function wanted(arrays: readonly NDArray[], batch: number, types: readonly DType[]): Want {
  return { mode: 'predict', shapes: arrays.map((a) => [batch, ...a.shape.slice(1)]), dtypes: types, labels: [], labelTypes: [], weights: 0 };
}

/** Shapes of the results for these inputs. */
export function resultShapes(core: Core, arrays: readonly NDArray[], rows: number): readonly (readonly number[])[] {
  const { outputs, feeds, batch } = core.graph;
  if (outputs.every(({ symbolic }) => symbolic.shape.slice(1).every((d) => d !== null))) return outputs.map(({ symbolic }) => [rows, ...(symbolic.shape.slice(1) as number[])]);
  const program = new Program();
  const places = new Map(core.graph.variables.map(({ weight }, i) => [weight, i]));
  const trace = new Trace(program, false, { indexOf: (weight) => places.get(weight) ?? 0 });
  const values = arrays.map((a, i) => program.input([batch ?? rows, ...a.shape.slice(1)], engineType(feeds[i]?.symbolic.dtype ?? 'float32')));
  return core.graph.trace(trace, values).map((t) => (batch === null ? t.shape : [rows, ...t.shape.slice(1)]));
}

/** Rows of the plan that takes all of them at once. */
const oneBatch = (core: Core, arrays: readonly NDArray[], rows: number): number => core.graph.batch ?? (arrays.every(small) ? rounded(rows) : rows);

const wordsOf = (dtype: DType | undefined) => (dtype === 'int32' ? Int32Array : Float32Array);

/** Whether an array may go straight to a plan's input: many bytes had better stay bytes on their way into the engine. */
const asTheyAre = (array: NDArray, dtype: DType): boolean => small(array) || array.data instanceof wordsOf(dtype);

/** Rows as the plan's words, zeros after the last. */
export function padded({ data, shape }: NDArray, batch: number, dtype: DType | undefined): Float32Array | Int32Array {
  const rows = shape[0] as number;
  const Words = wordsOf(dtype);
  if (rows === batch && data instanceof Words) return data;
  const out = new Words((data.length / rows) * batch);
  out.set(data);
  return out;
}

export const inputTypes = (core: Core): DType[] => core.graph.feeds.map(({ symbolic }) => (symbolic.dtype === 'uint8' ? 'float32' : engineType(symbolic.dtype)));

function finish(outputs: readonly Float32Array[], shapes: readonly (readonly number[])[]): NDArray<Float32Array>[] {
  return outputs.map((data, i) => {
    const shape = shapes[i] as readonly number[];
    const length = size(shape);
    return { data: data.length === length ? data : data.slice(0, length), shape };
  });
}

export async function predict(core: Core, model: AnyModel, x: Given, o: PredictOptions): Promise<NDArray<Float32Array>[]> {
  const batchSize = core.batchSize(o.batchSize, 'predict');
  o.signal?.throwIfAborted();
  const arrays = core.inputs(x);
  const rows = arrays[0]?.shape[0] as number;
  core.checkRows(rows, 'x');
  const session = await core.running();
  const callbacks = new CallbackList(o.callbacks, model);
  await callbacks.call('onPredictBegin', {});
  const shapes = resultShapes(core, arrays, rows);
  const watched = o.verbose || callbacks.has('onPredictBatchBegin', 'onPredictBatchEnd');
  const most = Math.max(batchSize, o.batchSize || core.graph.batch ? 0 : SMALL_ROWS);
  const direct = !watched && rows <= most && inputTypes(core).every((dtype, i) => asTheyAre(arrays[i] as NDArray, dtype));
  const work = direct ? predictBatch(core, session, arrays, rows) : predictRun(core, session, arrays, rows, batchSize, callbacks, o);
  const outputs = await work.catch((error) => {
    throw core.reason(error);
  });
  await callbacks.call('onPredictEnd', {});
  return finish(outputs, shapes);
}

/** All rows at once, which go straight to the places of a plan's inputs. */
async function predictBatch(core: Core, session: Session, arrays: readonly NDArray[], rows: number): Promise<Float32Array[]> {
  const types = inputTypes(core);
  const batch = oneBatch(core, arrays, rows);
  const plan = await session.plan(wanted(arrays, batch, types), undefined);
  return session.predict(
    plan,
    arrays.map((a, i) => padded(a, batch, types[i])),
  );
}

/** Batch by batch, from rows that are in the engine. */
async function predictRun(core: Core, session: Session, arrays: readonly NDArray[], rows: number, batchSize: number, callbacks: CallbackList, o: PredictOptions): Promise<Float32Array[]> {
  const data = [];
  const release = session.client.hold();
  try {
    for (const array of arrays) data.push(await session.upload(array.data, rows, 'x'));
    const batch = Math.min(batchSize, rows);
    const types = data.map((d) => d.dtype);
    const plan = await session.plan(wanted(arrays, batch, types), undefined);
    const bar = await progressBar(o.verbose ?? 0, 'Predicting', Math.ceil(rows / batch));
    const run = await Run.open(session, { plan, tail: null, train: false, rows: [0, rows], batch, shuffle: false, epochs: [0, 1], seed: 0, collect: true, data });
    const byBatch = callbacks.has('onPredictBatchBegin', 'onPredictBatchEnd');
    try {
      bar?.begin();
      for (let steps = 0, done = false; !done; ) {
        await callbacks.call('onPredictBatchBegin', steps, {});
        o.signal?.throwIfAborted();
        const progress = await plan.pace.slice(run, true, steps, byBatch ? 1 : undefined);
        await callbacks.call('onPredictBatchEnd', steps, {});
        steps = progress.steps;
        done = progress.state === 'finished';
        await bar?.step(0, steps, async () => ({}));
      }
      bar?.end(0, {});
      return await Promise.all(core.graph.outputs.map((_, i) => run.output(i)));
    } finally {
      await run.close();
    }
  } finally {
    await session.release(data);
    release();
  }
}

/** A prediction at once: the engine must run on this thread. */
export function predictSync(core: Core, x: Given): NDArray<Float32Array>[] {
  const session = core.now;
  if (!session || !(session.client instanceof DirectClient)) throw new ConfigError('predictSync: needs the engine on this thread: await init({ worker: false }), then await model.ready()');
  const arrays = core.inputs(x);
  const rows = arrays[0]?.shape[0] as number;
  if (rows === 0) throw new DataError('x: there are no rows');
  const types = inputTypes(core);
  const batch = oneBatch(core, arrays, rows);
  const outputs = session.predictNow(
    session.client,
    wanted(arrays, batch, types),
    arrays.map((a, i) => padded(a, batch, types[i])),
  );
  return finish(outputs, resultShapes(core, arrays, rows));
}

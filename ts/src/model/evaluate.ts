// Measuring a model, and single steps on given rows.
import type { Callback, Logs } from '../callbacks/callback.js';
import { CallbackList } from '../callbacks/callback_list.js';
import type { Compiled } from './compile.js';
import type { Core, Given } from './core.js';
import type { AnyModel } from './model.js';
import { progressBar, type Verbose } from './progress.js';
import type { ProgressBar } from './progress_bar.js';
import { Run, type Session } from './session.js';
import { plans, type Table, upload } from './table.js';

/** Options of evaluation. */
export interface EvaluateOptions {
  /** Default 32. */
  batchSize?: number;
  /** A weight per row. */
  sampleWeight?: ArrayLike<number>;
  /** Default 0. */
  verbose?: Verbose;
  /** Hooks that are called on the way. */
  callbacks?: readonly Callback[];
  /** Stops it; the call rejects with the signal's reason. */
  signal?: AbortSignal;
}

export function asLogs(compiled: Compiled, values: readonly number[]): Record<string, number> {
  return Object.fromEntries(compiled.names.map((key, i) => [key, compiled.all[i - compiled.names.length + compiled.all.length]?.finish?.(values[i] ?? Number.NaN) ?? values[i] ?? Number.NaN]));
}

const capitalize = (s: string) => s.charAt(0).toUpperCase() + s.slice(1);
export const asValidation = (logs: Logs): Record<string, number> => Object.fromEntries(Object.entries(logs).map(([key, value]) => [`val${capitalize(key)}`, value]));

/** Measures rows of a table. */
export async function measure(
  core: Core,
  session: Session,
  table: Table,
  rows: readonly [number, number],
  size: number,
  callbacks: CallbackList,
  signal: AbortSignal | undefined,
  bar?: ProgressBar,
): Promise<Record<string, number>> {
  const compiled = core.needCompiled('evaluate');
  const { plan, tail, batch } = await plans(session, compiled, 'evaluate', table, rows[1] - rows[0], size);
  const run = await Run.open(session, { plan, tail, train: false, rows, batch, shuffle: false, epochs: [0, 1], seed: 0, collect: false, data: table.arrays });
  const byBatch = callbacks.has('onTestBatchBegin', 'onTestBatchEnd');
  try {
    for (let steps = 0; ; ) {
      await callbacks.call('onTestBatchBegin', steps, {});
      signal?.throwIfAborted();
      const progress = await plan.pace.slice(run, true, steps, byBatch ? 1 : undefined);
      const finished = progress.completed[0];
      if (byBatch) await callbacks.call('onTestBatchEnd', steps, asLogs(compiled, finished ?? (await run.metrics())));
      steps = progress.steps;
      if (finished) return asLogs(compiled, finished);
      await bar?.step(0, progress.stepInEpoch, async () => asLogs(compiled, await run.metrics()));
    }
  } finally {
    await run.close();
  }
}

export async function evaluate(core: Core, model: AnyModel, x: Given, y: Given, o: EvaluateOptions): Promise<Record<string, number>> {
  core.needCompiled('evaluate');
  const size = core.batchSize(o.batchSize, 'evaluate');
  o.signal?.throwIfAborted();
  const session = await core.running();
  const release = session.client.hold();
  const table = await upload(core, session, x, y, o.sampleWeight).catch((error) => {
    release();
    throw error;
  });
  try {
    core.checkRows(table.rows, 'evaluate');
    const callbacks = new CallbackList(o.callbacks, model);
    await callbacks.call('onTestBegin', {});
    const bar = await progressBar(o.verbose ?? 0, 'Evaluating', Math.ceil(table.rows / size));
    bar?.begin();
    const logs = await measure(core, session, table, [0, table.rows], size, callbacks, o.signal, bar);
    bar?.end(0, logs);
    await callbacks.call('onTestEnd', logs);
    return logs;
  } catch (error) {
    throw core.reason(error);
  } finally {
    await session.release(table.arrays);
    release();
  }
}

/** One step of training, or one measurement, on the rows given. */
export async function onBatch(
  core: Core,
  train: boolean,
  x: Given,
  y: Given,
  o: { sampleWeight?: ArrayLike<number>; classWeight?: Readonly<Record<number, number>> },
): Promise<Record<string, number>> {
  const compiled = core.needCompiled(train ? 'trainOnBatch' : 'testOnBatch');
  const session = train ? await core.changing() : await core.running();
  const table = await upload(core, session, x, y, o.sampleWeight, o.classWeight);
  try {
    const mode = train ? 'train' : 'evaluate';
    const { plan, tail, batch } = await plans(session, compiled, mode, table, table.rows, table.rows);
    const run = await Run.open(session, { plan, tail, train, rows: [0, table.rows], batch, shuffle: false, epochs: [0, 1], seed: core.seed, collect: false, data: table.arrays });
    try {
      const { completed, state } = await plan.pace.slice(run, true, 0);
      if (state === 'broken') {
        const { invalidLoss } = await import('./later.js');
        throw await invalidLoss({ core, table, run, epoch: 0, batch: 0 });
      }
      return asLogs(compiled, completed[0] ?? []);
    } finally {
      await run.close();
    }
  } finally {
    await session.release(table.arrays);
  }
}

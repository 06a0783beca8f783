// The loop of training.
import type { Callback, Logs } from '../callbacks/callback.js';
import { CallbackList } from '../callbacks/callback_list.js';
import { ConfigError } from '../core/errors.js';
import { checkSeed, nextSeed } from '../core/seed.js';
import { AVERAGE } from '../optimizers/optimizer.js';
import { lostError } from '../runtime/client.js';
import type { Compiled } from './compile.js';
import type { Core, Given } from './core.js';
import { asLogs, asValidation, measure } from './evaluate.js';
import { History } from './history.js';
import type { AnyModel } from './model.js';
import { progressBar, type Verbose } from './progress.js';
import type { ProgressBar } from './progress_bar.js';
import { type Progress, Run, type Session } from './session.js';
import { plans, type Table, upload, wholeNumber } from './table.js';

/** Options of training. */
export interface FitOptions {
  /** Default 32. */
  batchSize?: number;
  /** Default 1. */
  epochs?: number;
  /** 'auto' by default: a progress bar on a terminal, silent elsewhere. */
  verbose?: Verbose;
  /** Hooks that are called on the way. */
  callbacks?: readonly Callback[];
  /** Share of the rows, taken from the end before shuffling, that is only measured. Default 0. */
  validationSplit?: number;
  /** Rows that are only measured: [x, y] or [x, y, sampleWeight]. */
  validationData?: readonly [x: Given, y: Given, sampleWeight?: ArrayLike<number>];
  /** Epochs between measurements. Default 1. */
  validationFreq?: number;
  /** Default: batchSize. */
  validationBatchSize?: number;
  /** Whether each epoch has its own order. Default true. */
  shuffle?: boolean;
  /** Weight of each class in the loss. */
  classWeight?: Readonly<Record<number, number>>;
  /** Weight of each row in the loss, or of each place of each row, row by row. */
  sampleWeight?: ArrayLike<number>;
  /** Where counting starts, to go on with an earlier run. Default 0. */
  initialEpoch?: number;
  /** Fixes shuffling, dropout and noise. Default: that of setRandomSeed, or one that History tells. */
  seed?: number;
  /** Stops within milliseconds; the fit rejects with its reason, and the weights are those of the last finished step. */
  signal?: AbortSignal;
}

/** Everything that one fit carries. */
class Training {
  private readonly validationTable: Table | null = null;
  readonly history: History;
  private readonly callbacks: CallbackList;
  private logs: Logs = {};

  constructor(
    private readonly core: Core,
    private readonly model: AnyModel,
    private readonly session: Session,
    private readonly table: Table,
    validation: Table | null,
    private readonly options: FitOptions,
    private readonly size: number,
  ) {
    this.validationTable = validation;
    this.callbacks = new CallbackList(options.callbacks, model);
    this.history = new History(options.seed === undefined ? nextSeed() : checkSeed(options.seed, 'fit'));
  }

  /** Rows for training; validationSplit leaves the last part out. */
  private get rows(): number {
    const split = this.options.validationSplit ?? 0;
    return split > 0 ? Math.floor(this.table.rows * (1 - split)) : this.table.rows;
  }

  async run(): Promise<History> {
    const { options: o, core, session } = this;
    const compiled = core.needCompiled('fit');
    const epochs = wholeNumber(o.epochs ?? 1, 0, 'fit: epochs');
    const first = wholeNumber(o.initialEpoch ?? 0, 0, 'fit: initialEpoch');
    await this.callbacks.call('onTrainBegin', {});
    if (epochs > first) {
      const { plan, tail, batch } = await plans(session, compiled, 'train', this.table, this.rows, this.size);
      const run = await Run.open(session, {
        plan,
        tail,
        train: true,
        rows: [0, this.rows],
        batch,
        shuffle: o.shuffle ?? true,
        epochs: [first, epochs],
        seed: this.history.seed,
        collect: false,
        data: this.table.arrays,
      });
      try {
        await this.epochs(run, compiled, Math.ceil(this.rows / batch), first, epochs);
      } finally {
        await run.close();
      }
      if (compiled.optimizer.slots.includes(AVERAGE) && this.history.epoch.length > 0) await (await import('./later.js')).takeAverage(core, session);
    }
    await this.callbacks.call('onTrainEnd', this.logs);
    return this.history;
  }

  private async epochs(run: Run, compiled: Compiled, steps: number, first: number, last: number): Promise<void> {
    const { session, options: o, model, callbacks } = this;
    const bar = await progressBar(o.verbose ?? 'auto', last, steps);
    const each = callbacks.has('onEpochBegin', 'onEpochEnd', 'onBatchBegin', 'onBatchEnd') || this.validationTable !== null || (o.validationSplit ?? 0) > 0 || bar !== undefined;
    const byBatch = callbacks.has('onBatchBegin', 'onBatchEnd');
    let [epoch, done, made] = [first, 0, 0];
    const onAbort = () => session.client.stop(true);
    o.signal?.addEventListener('abort', onAbort);
    try {
      while (epoch < last && !model.stopTraining) {
        if (done === 0 && each) {
          bar?.begin();
          await callbacks.call('onEpochBegin', epoch, {});
        }
        await callbacks.call('onBatchBegin', done, {});
        o.signal?.throwIfAborted();
        const progress: Progress = await run.options.plan.pace.slice(run, each, made, byBatch ? 1 : undefined);
        made = progress.steps;
        o.signal?.throwIfAborted();
        if (byBatch && progress.state !== 'broken') await this.afterBatch(run, compiled, done, progress);
        done = progress.stepInEpoch;
        for (const values of progress.completed) {
          await this.endEpoch(epoch++, asLogs(compiled, values), bar, each);
          done = 0;
        }
        if (progress.state === 'broken') {
          await this.stopAt(run, epoch, progress.stepInEpoch);
          await this.endEpoch(epoch, asLogs(compiled, await run.metrics()), bar, each);
          return;
        }
        if (!progress.completed.length) await bar?.step(epoch, done, async () => asLogs(compiled, await run.metrics()));
      }
    } finally {
      o.signal?.removeEventListener('abort', onAbort);
      if (session.client.alive) session.client.stop(false);
    }
  }

  /** A step whose loss is no number ends the fit: quietly if a callback says so. */
  private async stopAt(run: Run, epoch: number, batch: number): Promise<void> {
    const { invalidLoss } = await import('./later.js');
    const error = await invalidLoss({ core: this.core, table: this.table, run, epoch, batch });
    if (!this.callbacks.has('onInvalidLoss')) throw error;
    await this.callbacks.call('onInvalidLoss', batch, error);
  }

  private async afterBatch(run: Run, compiled: Compiled, batch: number, progress: Progress): Promise<void> {
    const values = progress.completed.at(-1) ?? (await run.metrics());
    await this.callbacks.call('onBatchEnd', batch, asLogs(compiled, values));
  }

  private async endEpoch(epoch: number, measured: Record<string, number>, bar: ProgressBar | undefined, each: boolean): Promise<void> {
    const logs = { ...measured, ...(await this.validate(epoch)) };
    this.history.add(epoch, logs);
    this.logs = logs;
    if (!each) return;
    bar?.end(epoch, logs);
    await this.callbacks.call('onEpochEnd', epoch, logs);
  }

  private async validate(epoch: number): Promise<Record<string, number>> {
    const { options: o, core, session } = this;
    const split = (o.validationSplit ?? 0) > 0;
    if ((!this.validationTable && !split) || (epoch + 1) % (o.validationFreq ?? 1) !== 0) return {};
    const table = this.validationTable ?? this.table;
    const rows: [number, number] = this.validationTable ? [0, table.rows] : [this.rows, table.rows];
    await this.callbacks.call('onTestBegin', {});
    const logs = await measure(core, session, table, rows, o.validationBatchSize ?? this.size, this.callbacks, o.signal);
    await this.callbacks.call('onTestEnd', logs);
    return asValidation(logs);
  }
}

function check(o: FitOptions, rows: number, core: Core): void {
  const split = o.validationSplit ?? 0;
  if (!(split >= 0 && split < 1)) throw new ConfigError(`fit: validationSplit must be at least 0 and below 1, received ${split}`, { received: split });
  if (split > 0 && o.validationData) throw new ConfigError('fit: give either validationSplit or validationData');
  const kept = Math.floor(rows * (1 - split));
  if (split > 0 && (kept < 1 || kept === rows)) throw new ConfigError(`fit: a validationSplit of ${split} of ${rows} rows leaves nothing on one side`, { received: split });
  core.checkRows(kept, 'fit');
  core.checkRows(rows - kept, 'fit: validationSplit');
  core.batchSize(o.validationBatchSize, 'fit: validation');
  if (o.validationFreq !== undefined) wholeNumber(o.validationFreq, 1, 'fit: validationFreq');
}

export async function fit(core: Core, model: AnyModel, x: Given, y: Given, o: FitOptions): Promise<History> {
  core.needCompiled('fit');
  if (core.fitting) throw new ConfigError('fit: this model is in a fit already; wait for it, or abort it with its signal');
  const size = core.batchSize(o.batchSize, 'fit');
  o.signal?.throwIfAborted();
  core.fitting = true;
  model.stopTraining = false;
  const tables: Table[] = [];
  let session: Session | undefined;
  let release = () => {};
  try {
    session = await core.changing();
    release = session.client.hold();
    const table = await upload(core, session, x, y, o.sampleWeight, o.classWeight);
    tables.push(table);
    check(o, table.rows, core);
    const [vx, vy, vw] = o.validationData ?? [];
    if (vx !== undefined && vy !== undefined) tables.push(await upload(core, session, vx, vy, vw));
    core.checkRows(tables[1]?.rows ?? 0, 'fit: validationData');
    await session.keepSnapshots();
    return await new Training(core, model, session, table, tables[1] ?? null, o, size).run();
  } catch (error) {
    if (session && !session.client.alive && !(error as { code?: string }).code) throw lostError((error as Error).message);
    throw core.reason(error);
  } finally {
    if (session) await session.release(tables.flatMap((t) => t.arrays));
    release();
    core.fitting = false;
  }
}

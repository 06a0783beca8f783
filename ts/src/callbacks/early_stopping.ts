import type { NDArray } from '../data/ndarray.js';
import type { AnyModel } from '../model/model.js';
import type { Callback, Logs } from './callback.js';
import { increasing, type Mode, monitored } from './monitor.js';

/** Options of `earlyStopping`. */
export interface EarlyStoppingOptions {
  /** Default 'valLoss'. */
  monitor?: string;
  /** Least change that counts. Default 0. */
  minDelta?: number;
  /** Epochs without progress after which training stops. Default 0. */
  patience?: number;
  /** Default 'auto': by the metric's own direction. */
  mode?: Mode;
  /** Value that must be reached first. Default none. */
  baseline?: number | null;
  /** Whether the best epoch's weights are put back at the end. Default false. */
  restoreBestWeights?: boolean;
  /** Epochs before which nothing is watched. Default 0. */
  startFromEpoch?: number;
}

/** The callback, and what it found. */
export interface EarlyStopping extends Callback {
  /** Number of the epoch after which it stopped the fit; 0 if it didn't. */
  readonly stoppedEpoch: number;
  /** Number of the best epoch so far. */
  readonly bestEpoch: number;
}

/** Stops when a metric no longer gets better. Keras's EarlyStopping. */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  const { monitor = 'valLoss', minDelta = 0, patience = 0, mode = 'auto', baseline = null, restoreBestWeights = false, startFromEpoch = 0 } = options;
  let model: AnyModel;
  let best: number | null = null;
  let wait = 0;
  let weights: readonly NDArray[] | null = null;
  const state = { stoppedEpoch: 0, bestEpoch: 0 };
  const better = (value: number, than: number | null): boolean => {
    if (than === null) return true;
    return increasing(mode, monitor, model) ? value - Math.abs(minDelta) > than : value + Math.abs(minDelta) < than;
  };
  return {
    get stoppedEpoch() {
      return state.stoppedEpoch;
    },
    get bestEpoch() {
      return state.bestEpoch;
    },
    setModel(given) {
      model = given;
    },
    onTrainBegin() {
      [best, wait, weights] = [null, 0, null];
      Object.assign(state, { stoppedEpoch: 0, bestEpoch: 0 });
    },
    async onEpochEnd(epoch: number, logs: Logs) {
      const value = monitored(logs, monitor, 'earlyStopping');
      if (epoch < startFromEpoch) return;
      if (restoreBestWeights && weights === null) [weights, state.bestEpoch] = [await model.getWeights(), epoch];
      wait++;
      if (better(value, best)) {
        best = value;
        state.bestEpoch = epoch;
        if (restoreBestWeights) weights = await model.getWeights();
        if (baseline === null || better(value, baseline)) wait = 0;
        return;
      }
      if (wait >= patience && epoch > 0) {
        state.stoppedEpoch = epoch;
        model.stopTraining = true;
      }
    },
    async onTrainEnd() {
      if (weights) await model.setWeights(weights);
    },
  };
}

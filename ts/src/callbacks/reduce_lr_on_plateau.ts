import type { AnyModel } from '../model/model.js';
import type { Callback } from './callback.js';
import { increasing, type Mode, monitored } from './monitor.js';

/** Options of `reduceLROnPlateau`. */
export interface ReduceLROnPlateauOptions {
  /** Default 'valLoss'. */
  monitor?: string;
  /** The rate is multiplied by it. Default 0.1. */
  factor?: number;
  /** Default 10. */
  patience?: number;
  /** Default 'auto'. */
  mode?: Mode;
  /** Default 1e-4. */
  minDelta?: number;
  /** Epochs after a change in which nothing is counted. Default 0. */
  cooldown?: number;
  /** Default 0. */
  minLr?: number;
}

/** Lowers the learning rate when a metric no longer gets better. Keras's ReduceLROnPlateau. */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const { monitor = 'valLoss', factor = 0.1, patience = 10, mode = 'auto', minDelta = 1e-4, cooldown = 0, minLr = 0 } = options;
  let model: AnyModel;
  let best: number | null = null;
  let [wait, cooling] = [0, 0];
  return {
    setModel(given) {
      model = given;
    },
    onTrainBegin() {
      [best, wait, cooling] = [null, 0, 0];
    },
    async onEpochEnd(_, logs) {
      const value = monitored(logs, monitor, 'reduceLROnPlateau');
      if (cooling > 0) [cooling, wait] = [cooling - 1, 0];
      const better = best === null || (increasing(mode, monitor, model) ? value > best + minDelta : value < best - minDelta);
      if (better) [best, wait] = [value, 0];
      else if (cooling === 0 && ++wait >= patience) {
        const rate = await model.getLearningRate();
        if (rate > minLr) await model.setLearningRate(Math.max(rate * factor, minLr));
        [cooling, wait] = [cooldown, 0];
      }
    },
  };
}

import type { AnyModel } from '../model/model.js';
import type { Callback, Logs } from './callback.js';
import { increasing, type Mode, monitored } from './monitor.js';

/** Options of `modelCheckpoint`. */
export interface ModelCheckpointOptions {
  /** Address; `{epoch}`, `{epoch:02d}` (from 1) and `{valLoss:.2f}` are filled in. */
  path: string;
  /** Default 'valLoss'. */
  monitor?: string;
  /** Default false. */
  saveBestOnly?: boolean;
  /** Whether the file holds weights alone. Default false. */
  saveWeightsOnly?: boolean;
  /** Default 'auto'. */
  mode?: Mode;
  /** 'epoch', or a number of batches. Default 'epoch'. */
  saveFreq?: 'epoch' | number;
  /** Value that must be beaten first. Default none. */
  initialValueThreshold?: number | null;
}

/** Fills `{name}`, `{name:03d}` and `{name:.2f}`. */
export function fill(path: string, values: Readonly<Record<string, number>>): string {
  return path.replace(/\{(\w+)(?::(0?)(\d*)(?:\.(\d+))?([df]))?\}/g, (whole, name: string, zero: string, width: string, digits: string | undefined, kind: string | undefined) => {
    const value = values[name];
    if (value === undefined) return whole;
    const text = kind === 'f' ? value.toFixed(Number(digits ?? 6)) : String(value);
    return text.padStart(Number(width || 0), zero ? '0' : ' ');
  });
}

/** Saves the model while it trains. Keras's ModelCheckpoint. */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  const { path, monitor = 'valLoss', saveBestOnly = false, saveWeightsOnly = false, mode = 'auto', saveFreq = 'epoch', initialValueThreshold = null } = options;
  let model: AnyModel;
  let best = initialValueThreshold;
  let [epochNow, batches] = [0, 0];
  const save = async (epoch: number, logs: Logs) => {
    if (saveBestOnly) {
      const value = monitored(logs, monitor, 'modelCheckpoint');
      if (best !== null && !(increasing(mode, monitor, model) ? value > best : value < best)) return;
      best = value;
    }
    const target = fill(path, { ...logs, epoch: epoch + 1 });
    await (saveWeightsOnly ? model.saveWeights(target) : model.save(target));
  };
  const callback: Callback = {
    setModel(given) {
      model = given;
    },
    onEpochBegin(epoch) {
      epochNow = epoch;
    },
  };
  if (saveFreq === 'epoch') callback.onEpochEnd = save;
  else {
    callback.onBatchEnd = async (_, logs) => {
      if (++batches % saveFreq === 0) await save(epochNow, logs);
    };
  }
  return callback;
}

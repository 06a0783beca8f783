import type { AnyModel } from '../model/model.js';

/** Metrics by name, so far or of an epoch. */
export type Logs = Readonly<Record<string, number>>;

/**
 * Hooks of training, evaluation and prediction; each may be async. With a batch hook the engine stops after every step,
 * which costs one message per step.
 */
export interface Callback {
  /** Called first, with the model that is used. */
  setModel?(model: AnyModel): void;
  onTrainBegin?(logs: Logs): unknown;
  onTrainEnd?(logs: Logs): unknown;
  onEpochBegin?(epoch: number, logs: Logs): unknown;
  onEpochEnd?(epoch: number, logs: Logs): unknown;
  onBatchBegin?(batch: number, logs: Logs): unknown;
  onBatchEnd?(batch: number, logs: Logs): unknown;
  onTestBegin?(logs: Logs): unknown;
  onTestEnd?(logs: Logs): unknown;
  onPredictBegin?(logs: Logs): unknown;
  onPredictEnd?(logs: Logs): unknown;
}

import type { DataError } from '../core/errors.js';
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
  /** Before the first epoch. */
  onTrainBegin?(logs: Logs): unknown;
  /** After the last epoch, with its results. */
  onTrainEnd?(logs: Logs): unknown;
  /** Before an epoch. */
  onEpochBegin?(epoch: number, logs: Logs): unknown;
  /** After an epoch, with its results and those of validation. */
  onEpochEnd?(epoch: number, logs: Logs): unknown;
  /** Before a step of training. */
  onBatchBegin?(batch: number, logs: Logs): unknown;
  /** After it, with the results of the epoch so far. */
  onBatchEnd?(batch: number, logs: Logs): unknown;
  /**
   * When the loss of a step is NaN or infinite. The step isn't made. With this hook the fit ends after it, with the results so far;
   * without, it rejects with the error.
   */
  onInvalidLoss?(batch: number, error: DataError): unknown;
  /** Before an evaluation or a validation. */
  onTestBegin?(logs: Logs): unknown;
  /** After it, with its results. */
  onTestEnd?(logs: Logs): unknown;
  /** Before a batch is measured. */
  onTestBatchBegin?(batch: number, logs: Logs): unknown;
  /** After it, with the results so far. */
  onTestBatchEnd?(batch: number, logs: Logs): unknown;
  /** Before a prediction. */
  onPredictBegin?(logs: Logs): unknown;
  /** After it. */
  onPredictEnd?(logs: Logs): unknown;
  /** Before a batch is predicted. */
  onPredictBatchBegin?(batch: number, logs: Logs): unknown;
  /** After it. */
  onPredictBatchEnd?(batch: number, logs: Logs): unknown;
}

// The registry of callbacks: one file each, one line each.
import { earlyStopping } from './early_stopping.js';
import { learningRateScheduler } from './learning_rate_scheduler.js';
import { modelCheckpoint } from './model_checkpoint.js';
import { reduceLROnPlateau } from './reduce_lr_on_plateau.js';
import { terminateOnNaN } from './terminate_on_nan.js';

/** Callbacks by their names. */
export const callbacks = { earlyStopping, learningRateScheduler, modelCheckpoint, reduceLROnPlateau, terminateOnNaN };
export type { Callback, Logs } from './callback.js';

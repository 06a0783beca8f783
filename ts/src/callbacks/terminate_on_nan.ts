import type { AnyModel } from '../model/model.js';
import type { Callback } from './callback.js';

/** Stops after an epoch whose loss is not a finite number. Keras's TerminateOnNaN, which looks after every batch. */
export function terminateOnNaN(): Callback {
  let model: AnyModel;
  return {
    setModel(given) {
      model = given;
    },
    onEpochEnd(_, logs) {
      if (!Number.isFinite(logs.loss)) model.stopTraining = true;
    },
  };
}

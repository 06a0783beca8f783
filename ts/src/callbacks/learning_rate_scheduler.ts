import type { AnyModel } from '../model/model.js';
import type { Callback } from './callback.js';

/** Sets the learning rate at the start of each epoch. Keras's LearningRateScheduler. */
export function learningRateScheduler(schedule: (epoch: number, learningRate: number) => number): Callback {
  let model: AnyModel;
  return {
    setModel(given) {
      model = given;
    },
    async onEpochBegin(epoch) {
      await model.setLearningRate(schedule(epoch, await model.getLearningRate()));
    },
  };
}

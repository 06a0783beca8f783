// A wide layer on a small batch: the update of the weights is most of the step.
import { classifier } from './dense.mjs';

const SIZES = [512, 1024, 10];
const STEPS = 20;

const training = (optimizer) => ({
  name: `512-1024-10, batch 4, ${optimizer}`,
  kind: 'train',
  spec: classifier(SIZES, 4, STEPS, optimizer),
  unit: 'ms/step',
  figure: (ms) => ms / STEPS,
});

export const suite = { name: 'optimizers', cases: ['sgd', 'rmsprop', 'adam'].map(training) };

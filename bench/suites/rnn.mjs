// Recurrent layers over sequences, with a dense layer behind: training steps, Adam.
import { floats, oneHot } from '../data.mjs';

const CLASSES = 10;

const training = (cell, units, batch, places, features, steps, skip = []) => {
  const gates = cell === 'lstm' ? 4 : 3;
  const perStep = gates * units * (features + units);
  return {
    name: `${cell.toUpperCase()}(${units}), batch ${batch} of ${places} × ${features}, Adam`,
    kind: 'trainRecurrent',
    spec: () => ({ cell, units, batch, places, features, classes: CLASSES, rows: batch * steps, x: floats(batch * steps * places * features), y: oneHot(batch * steps, CLASSES) }),
    unit: 'ms/step',
    figure: (ms) => ms / steps,
    // Forward, gradients of weights, gradients of states: those of the inputs aren't needed.
    flops: steps * 2 * batch * places * (3 * perStep - gates * units * features),
    skip,
  };
};

export const suite = {
  name: 'rnn',
  cases: [training('lstm', 64, 32, 28, 28, 10, ['tfjs-cpu']), training('lstm', 128, 64, 100, 32, 2, ['tfjs-cpu', 'tfjs-wasm']), training('gru', 64, 32, 28, 28, 10, ['tfjs-cpu'])],
};

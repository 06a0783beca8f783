// Beside as many processes as there are cores that do nothing but count: threads mustn't wait long for one that isn't running.
import { classifier, stepFlops } from './dense.mjs';

const sizes = [784, 128, 10];
const item = (batch, optimizer) => ({
  name: `784-128-10, batch ${batch}, ${optimizer}`,
  kind: 'train',
  spec: classifier(sizes, batch, 40, optimizer.toLowerCase()),
  unit: 'ms/step',
  figure: (ms) => ms / 40,
  flops: 40 * stepFlops(sizes, batch),
  busy: true,
});

export const suite = { name: 'busy', cases: [item(32, 'SGD'), item(128, 'Adam')] };

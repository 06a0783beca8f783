// Fills the engine's memory, then trains in the next engine: node full_worker.mjs <dist> <in a worker: true or false>
import { pathToFileURL } from 'node:url';

const [, , dist, worker] = process.argv;
const { init, layers, sequential } = await import(pathToFileURL(dist).href);
const INPUTS = 1000;
await init({ worker: worker === 'true', maxMemory: 2 ** 25 });

/** Weights that fit, and a copy of them that doesn't. */
async function fill() {
  for (let units = 1000; ; units += 500) {
    const net = sequential([layers.dense({ units, inputShape: [INPUTS] })]);
    try {
      await net.getWeights();
    } catch ({ name, code, message }) {
      if (code === 'lost') return { name, code, message };
      throw new Error(`${units} units: ${message}`);
    }
    net.dispose();
  }
}
const error = await fill();
const net = sequential([layers.dense({ units: 1, inputShape: [INPUTS], kernelInitializer: 'zeros' })]).compile({ optimizer: 'sgd', loss: 'mse' });
const { history } = await net.fit({ data: new Float32Array(2 * INPUTS), shape: [2, INPUTS] }, { data: Float32Array.of(1, -1), shape: [2, 1] }, { epochs: 2 });
console.log(JSON.stringify({ error, losses: history.loss }));

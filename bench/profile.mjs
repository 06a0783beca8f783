// Where the steps of three networks go, record by record: `node bench/profile.mjs`, or as a part of document.mjs.
import { floats, oneHot } from './data.mjs';
import { convnet } from './engines/myelin.mjs';

const CLASSES = 10;
const withHead = ({ layers, sequential }, first) => sequential([first, layers.dense({ units: CLASSES, activation: 'softmax' })]);
const NETWORKS = {
  'MLP 784-128-10, batch 128, Adam': { shape: [784], batch: 128, build: (myelin) => withHead(myelin, myelin.layers.dense({ units: 128, activation: 'relu', inputShape: [784] })) },
  'LSTM(64), batch 32 of 28 × 28, Adam': { shape: [28, 28], batch: 32, build: (myelin) => withHead(myelin, myelin.layers.lstm({ units: 64, inputShape: [28, 28] })) },
  'convnet, batch 128, Adam': { shape: [28, 28, 1], batch: 128, build: convnet },
};
/** Records that take less aren't shown. */
const SHOWN = 10;

/** Name → tables, on one thread and on all. */
export async function profiles() {
  const myelin = await import('../dist/index.js');
  const tables = {};
  for (const [name, network] of Object.entries(NETWORKS)) {
    const net = network.build(myelin).compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    const rows = 4 * network.batch;
    const x = { data: floats(rows * network.shape.reduce((a, b) => a * b, 1)), shape: [rows, ...network.shape] };
    const y = { data: oneHot(rows, CLASSES), shape: [rows, CLASSES] };
    await net.fit(x, y, { batchSize: network.batch, epochs: 30 }); // until V8 has compiled everything as well as it can
    tables[name] = [];
    for (const threads of [{ threads: 1 }, {}]) {
      const lines = String(await net.profile(x, y, { batchSize: network.batch, steps: 100, ...threads })).split('\n');
      tables[name].push([...lines.slice(0, SHOWN + 2), lines.at(-1)].join('\n'));
    }
  }
  return tables;
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, both] of Object.entries(await profiles())) console.log(`${name}\n${both.join('\n\n')}\n`);
  process.exit(0); // the engine's worker may still be starting threads
}

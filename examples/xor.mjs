// XOR as in every textbook: four rows, one hidden layer.
import { layers, optimizers, sequential, setRandomSeed } from 'myelin';

setRandomSeed(Number(process.argv[2] ?? 1));
const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [0, 1, 1, 0];

const model = sequential([layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1, activation: 'sigmoid' })]);
const net = model.compile({ optimizer: optimizers.adam({ learningRate: 0.1 }), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
model.summary();
await net.fit(x, y, { epochs: 200, batchSize: 4 });
const { loss, accuracy } = await net.evaluate(x, y);
const predictions = await net.predict(x);
console.log(`loss ${loss.toFixed(4)}, accuracy ${accuracy}`);
x.forEach((row, i) => console.log(`${row[0]} xor ${row[1]} = ${predictions.data[i]?.toFixed(3)}`));

import { type Callback, init, layers, optimizers, runtime, sequential, setRandomSeed } from 'myelin';
import { parseDigits } from '../data/digits.mjs';
import digitsUrl from '../data/digits.csv.gz?url';
import { split } from '../data/split.mjs';
import { Curve } from './curve.js';
import { Pad } from './pad.js';

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const say = (id: string, text: string) => (element(id).textContent = text);

/** The rows of the data set; servers may unpack the file on its way. */
async function digits() {
  const bytes = new Uint8Array(await (await fetch(digitsUrl)).arrayBuffer());
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const stream = packed ? new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')) : new Blob([bytes]).stream();
  return split(parseDigits(await new Response(stream).text()), 360, 1);
}

setRandomSeed(1);
const net = sequential([
  layers.dense({ units: 128, activation: 'relu', inputShape: [64] }),
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: 64, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]).compile({ optimizer: optimizers.adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

const curve = new Curve(element('curve'));
const [drawLoss, drawValLoss] = [curve.line('#3478c8'), curve.line('#c86a34')];
const watch: Callback = {
  onEpochEnd(epoch, { loss, valLoss, valAccuracy }) {
    drawLoss(loss as number);
    drawValLoss(valLoss as number);
    say('epoch', String(epoch + 1));
    say('accuracy', `${(100 * (valAccuracy as number)).toFixed(1)} %`);
  },
};

let running: AbortController | null = null;
/** Trains until the epochs are over or the button is pressed again. */
async function train({ train, test }: Awaited<ReturnType<typeof digits>>): Promise<void> {
  running = new AbortController();
  curve.clear();
  say('train', 'Stop');
  say('status', 'training');
  try {
    const epochs = Number(element<HTMLInputElement>('epochs').value);
    await net.fit(train.x, train.y, { epochs, batchSize: 32, validationData: [test.x, test.y], callbacks: [watch], signal: running.signal });
    say('status', 'trained');
  } catch (error) {
    if (!running.signal.aborted) throw error;
    say('status', 'stopped');
  } finally {
    running = null;
    say('train', 'Train on');
    await classify();
  }
}

const bars = Array.from({ length: 10 }, () => element('bars').appendChild(document.createElement('li')));
/** Asks the network what was drawn; that works while it trains, too. */
async function classify(): Promise<void> {
  const pixels = pad.pixels();
  if (!pixels) return;
  const { data } = await net.predict(pixels);
  data.forEach((share, digit) => {
    const bar = bars[digit] as HTMLElement;
    bar.textContent = `${(100 * share).toFixed(0)} %`;
    bar.style.setProperty('--share', `${100 * share}%`);
  });
  say('answer', `this is ${data.indexOf(Math.max(...data))}`);
}
const pad = new Pad(element('pad'), element('small'), () => void classify());
element('clear').onclick = () => {
  pad.clear();
  say('answer', '–');
};

/** Frames in the last second. */
const frames: number[] = [];
requestAnimationFrame(function frame(now) {
  frames.push(now);
  while ((frames[0] as number) <= now - 1000) frames.shift();
  say('fps', String(frames.length));
  requestAnimationFrame(frame);
});

try {
  const data = await digits();
  await init();
  const { threads, simd, limitations } = runtime();
  const hints = limitations.map(({ what, reason, remedy }) => `${what}: ${reason}; ${remedy}`);
  say('runtime', [`${threads} thread${threads > 1 ? 's' : ''}, ${simd}`, ...hints].join(' · '));
  say('status', 'ready');
  element('train').onclick = () => (running ? running.abort() : void train(data).catch((error: Error) => say('status', error.message)));
  element<HTMLButtonElement>('train').disabled = false;
} catch (error) {
  say('status', (error as Error).message);
}

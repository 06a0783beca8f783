// What runs outside JavaScript: NumPy, JAX and Keras on the processor, where `npm run setup -- --native` installed them. Yardsticks of
// what the machine can do, each in a Python process that does the work and says when it is done.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bench } from '../registry.mjs';

const KINDS = ['train', 'trainConvnet', 'trainRecurrent', 'trainGpt', 'rows', 'predict', 'predictConvnet', 'conv', 'gemm', 'map'];
const PYTHON = join(bench, '../.tools/python/bin/python');

async function open(name, threads) {
  const process = spawn(PYTHON, [join(bench, 'native/native.py'), name, String(threads)], { stdio: ['pipe', 'pipe', 'ignore'] });
  const answers = createInterface({ input: process.stdout })[Symbol.asyncIterator]();

  async function ask(request) {
    process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error(`${name} ended; run bench/native/native.py by hand to see why`);
    return JSON.parse(value);
  }

  /** The arrays stay here: Python makes its own of the same sizes. */
  const kind = (what) => async (spec) => {
    const plain = Object.fromEntries(Object.entries(spec).filter(([, value]) => !ArrayBuffer.isView(value)));
    const { ready } = await ask({ kind: what, spec: plain });
    return ready ? (count) => ask({ run: count }) : undefined;
  };
  return Object.fromEntries(KINDS.map((name) => [name, kind(name)]));
}

const requirements = readFileSync(join(bench, 'native/requirements.txt'), 'utf8');
const versionOf = (name) => new RegExp(`^${name.split('-')[0]}==(.*)$`, 'm').exec(requirements)?.[1] ?? '';

/** Starting Python and its memory are no yardstick for either. */
const native = (name) => ({
  threads: true,
  except: ['startup', 'memory'],
  available: () => existsSync(PYTHON),
  version: versionOf(name),
  open: ({ threads }) => open(name, threads),
});

export const engines = { numpy: native('numpy'), jax: native('jax'), 'keras-jax': native('keras-jax') };

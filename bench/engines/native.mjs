// What runs outside JavaScript, on the processor: NumPy, JAX, Keras on JAX and on TensorFlow, which `npm run setup -- --native`
// installs, and PyTorch where someone put it beside them (`.tools/python/bin/pip install torch`: gigabytes). Yardsticks of what the
// machine can do, each in a Python process that does the work and says when it is done.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bench } from '../registry.mjs';

const KINDS = ['train', 'trainOnBatch', 'trainConvnet', 'trainRecurrent', 'trainGpt', 'rows', 'predict', 'predictConvnet', 'conv', 'gemm', 'map'];
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

/** Versions of what is installed, by package: metadata lie in folders that are named after both. */
function installed() {
  const lib = join(bench, '../.tools/python/lib');
  const folders = existsSync(PYTHON) ? readdirSync(lib).map((python) => join(lib, python, 'site-packages')) : [];
  const names = folders.flatMap((folder) => readdirSync(folder)).map((name) => /^(.+)-(.+)\.dist-info$/.exec(name));
  return new Map(names.filter((match) => match).map(([, name, version]) => [name, version]));
}
const versions = installed();

/** Starting Python and its memory are no yardstick for either. */
const native = (name, ...packages) => ({
  threads: true,
  except: ['startup', 'memory'],
  available: () => packages.every((each) => versions.has(each)),
  version: versions.get(packages[0]),
  open: ({ threads }) => open(name, threads),
});

export const engines = {
  numpy: native('numpy', 'numpy'),
  jax: native('jax', 'jax'),
  'keras-jax': native('keras-jax', 'keras', 'jax'),
  'keras-tensorflow': native('keras-tensorflow', 'keras', 'tensorflow_cpu'),
  torch: native('torch', 'torch'),
};

// onnxruntime-web: inference only, on graphs written here. Every run copies its inputs in and its outputs out.
import { denseWeights, floats } from '../data.mjs';
import { repeat } from '../measure.mjs';
import { onnxModel } from '../onnx.mjs';

/** A function as one or several operators. */
const OPS = { relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid', softmax: 'Softmax', exponential: 'Exp', 'exp(-x)': ['Neg', 'Exp'], gelu: 'Gelu' };

async function open({ threads }) {
  const ort = await import('onnxruntime-web');
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';

  /** `run(count)` for a graph; its output is read, as whoever called it would. */
  async function runner(graph, feeds) {
    const session = await ort.InferenceSession.create(onnxModel(graph), { executionProviders: ['wasm'], intraOpNumThreads: threads });
    const tensors = () => Object.fromEntries(graph.inputs.map(({ name, shape }, i) => [name, new ort.Tensor('float32', feeds[i], shape)]));
    return repeat(async () => (await session.run(tensors()))[graph.output.name].data);
  }

  function predict({ sizes, activations, rows, x }) {
    const weights = denseWeights(sizes).flatMap(({ inputs, units, kernel, bias }, i) => [
      { name: `w${i}`, shape: [inputs, units], data: kernel },
      { name: `b${i}`, shape: [units], data: bias },
    ]);
    const nodes = activations.flatMap((activation, i) => [
      { op: 'Gemm', inputs: [i ? `y${i}` : 'x', `w${i}`, `b${i}`], output: `z${i}` },
      { op: OPS[activation], inputs: [`z${i}`], output: `y${i + 1}` },
    ]);
    const output = { name: `y${activations.length}`, shape: [rows, sizes.at(-1)] };
    return runner({ inputs: [{ name: 'x', shape: [rows, sizes[0]] }], output, weights, nodes }, [x]);
  }

  /** Forward alone; channels come first here, which changes nothing of the work. */
  function conv({ pass, batch, size, channels, x, kernel }) {
    if (pass !== 'forward') return undefined;
    const shape = [batch, channels, size, size];
    const node = { op: 'Conv', inputs: ['x', 'k'], output: 'y', attributes: { pads: [1, 1, 1, 1] } };
    const weights = [{ name: 'k', shape: [channels, channels, 3, 3], data: kernel }];
    return runner({ inputs: [{ name: 'x', shape }], output: { name: 'y', shape }, weights, nodes: [node] }, [x]);
  }

  function predictConvnet({ rows, x }) {
    const weight = (name, ...shape) => ({
      name,
      shape,
      data: floats(
        shape.reduce((a, b) => a * b),
        0.1,
      ),
    });
    const weights = [weight('k1', 32, 1, 3, 3), weight('b1', 32), weight('k2', 64, 32, 3, 3), weight('b2', 64), weight('k3', 1600, 10), weight('b3', 10)];
    const block = (i, from) => [
      { op: 'Conv', inputs: [from, `k${i}`, `b${i}`], output: `c${i}` },
      { op: 'Relu', inputs: [`c${i}`], output: `r${i}` },
      { op: 'MaxPool', inputs: [`r${i}`], output: `p${i}`, attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    ];
    const nodes = [
      ...block(1, 'x'),
      ...block(2, 'p1'),
      { op: 'Flatten', inputs: ['p2'], output: 'flat' },
      { op: 'Gemm', inputs: ['flat', 'k3', 'b3'], output: 'z' },
      { op: 'Softmax', inputs: ['z'], output: 'y' },
    ];
    return runner({ inputs: [{ name: 'x', shape: [rows, 1, 28, 28] }], output: { name: 'y', shape: [rows, 10] }, weights, nodes }, [x]);
  }

  function gemm({ n, a, b, transposeA, transposeB, repeat: times }) {
    const shape = [n, n];
    const attributes = { transA: Number(transposeA), transB: Number(transposeB) };
    const nodes = Array.from({ length: times }, (_, i) => ({ op: 'Gemm', inputs: [`y${i}`, 'b'], output: `y${i + 1}`, attributes }));
    const inputs = [
      { name: 'y0', shape },
      { name: 'b', shape },
    ];
    return runner({ inputs, output: { name: `y${times}`, shape }, nodes }, [a, b]);
  }

  function map({ op, rows, cols, x, repeat: times }) {
    const chain = Array.from({ length: times }, () => OPS[op]).flat();
    const nodes = chain.map((name, i) => ({ op: name, inputs: [`y${i}`], output: `y${i + 1}` }));
    const shape = [rows, cols];
    return runner({ inputs: [{ name: 'y0', shape }], output: { name: `y${chain.length}`, shape }, nodes }, [x]);
  }

  return { predict, conv, predictConvnet, gemm, map };
}

export const engines = { 'onnxruntime-web': { package: 'onnxruntime-web', threads: true, open } };

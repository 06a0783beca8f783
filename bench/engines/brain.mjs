// brain.js: only its own way to learn exclusive or (sigmoid, squared error, an update after every row), so not the same
// arithmetic; a pass over the four patterns counts as one step of batch 4.
async function open() {
  const { NeuralNetwork } = (await import('brain.js')).default;

  function train({ sizes, batch, rows, x, y }) {
    const inputs = sizes[0];
    if (inputs !== 2) return undefined; // rows as plain arrays of 784 numbers: minutes per epoch
    const patterns = Array.from({ length: batch }, (_, row) => ({ input: [...x.slice(row * inputs, (row + 1) * inputs)], output: [y[row]] }));
    const net = new NeuralNetwork({ hiddenLayers: sizes.slice(1, -1), inputSize: inputs, outputSize: 1 });
    const steps = rows / batch;
    return (epochs) => {
      net.train(patterns, { iterations: epochs * steps, errorThresh: 1e-12 });
    };
  }

  return { train };
}

export const engines = { 'brain.js': { package: 'brain.js', open } };

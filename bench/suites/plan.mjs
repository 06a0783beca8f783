// From a model to the plan of its training step: traced, differentiated, fused, laid out in memory, and described.
const item = (name, sizes) => ({
  name,
  kind: 'plan',
  spec: () => ({ sizes, activations: sizes.slice(1).map(() => 'relu'), optimizer: 'adam', batch: 32 }),
  unit: 'ms',
  figure: (ms) => ms,
});

export const suite = { name: 'plan', cases: [item('784-128-10', [784, 128, 10]), item('100 dense layers of 16', new Array(101).fill(16))] };

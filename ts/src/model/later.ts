// What a model loads when it's called, as one: each module of its own would cut what it shares with the others into more pieces, and
// every piece costs a millisecond when the package is imported.
export { loadWeights } from '../io/load_weights.js';
export { save, saveWeights, toBytes } from '../io/save.js';
export { takeAverage } from './average.js';
export { gradients } from './gradients.js';
export { explain, profile } from './inspect.js';
export { invalidLoss } from './invalid_loss.js';
export { ProgressBar } from './progress_bar.js';
export { toDot } from './picture/dot.js';
export { toSvg } from './picture/svg.js';

// The registry of layers: one file each, one line each.
export { activation } from './activation.js';
export { dense } from './dense.js';
export { dropout } from './dropout.js';
export { flatten } from './flatten.js';
export { inputLayer } from './input_layer.js';
export { reshape } from './reshape.js';

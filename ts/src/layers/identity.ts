import { optional } from './factory.js';
import type { LayerOptions } from './layer.js';
import type { Same } from './shapes.js';

/** The value itself. Keras's Identity. */
export const identity = optional<LayerOptions, Same>({ className: 'Identity', defaults: {}, call: (_, x) => x });

import { MyelinError, ShapeError } from './errors.js';
import { OPS } from './ops.generated.js';
import { RULES } from './shapes.js';
import type { Attr, Tensor, Tracer } from './tensor.js';

/** Appends an operation to the program that its inputs belong to. The engine checks all shapes again. */
export function call(code: number, tracer: Tracer | null, inputs: readonly Tensor[], attrs: readonly Attr[]): Tensor {
  const op = OPS[code];
  if (!op) throw new MyelinError('protocol', `no operation has the code ${code}`);
  const owner = tracer ?? inputs[0]?.tracer;
  if (!owner) throw new ShapeError(`${op.name}: needs at least one value`);
  for (const input of inputs) {
    if (input?.tracer !== owner) throw new MyelinError('trace', `${op.name}: takes values of one and the same trace; use them inside the function that was given them`, { layer: owner.origin });
  }
  const rule = RULES[op.rule];
  if (!rule) throw new MyelinError('protocol', `${op.name}: unknown shape rule ${op.rule}`);
  const at = owner.origin ? `${owner.origin}: ` : '';
  const fail = (message: string): never => {
    throw new ShapeError(`${at}${op.name}: ${message}`, { layer: owner.origin || undefined, received: inputs.map((i) => i.shape) });
  };
  const [shape, dtype] = rule({ inputs, shapes: inputs.map((i) => i.shape), attrs, fail });
  return owner.emit(code, inputs, attrs, shape, dtype);
}

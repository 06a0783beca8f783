// A program as it is traced, and its bytes: the layout that crates/graph/src/decode.rs reads.
import { Words } from './bytes.js';
import { OPS } from './ops.generated.js';
import type { Attr, DType, Tensor, Tracer } from './tensor.js';

const MAGIC = 0x314e4c4d;
const VERSION = 1;
const NONE = 0xffffffff;
const DTYPES: Record<DType, number> = { float32: 0, int32: 1, uint8: 2 };

export function dtypeCode(dtype: DType): number {
  return DTYPES[dtype];
}

class Value implements Tensor {
  constructor(
    readonly tracer: Program,
    /** Which list it is in, and where; numbers are given when the program is written. */
    readonly kind: 'input' | 'param' | 'node',
    readonly id: number,
    readonly shape: readonly number[],
    readonly dtype: DType,
  ) {}
}

interface Node {
  readonly code: number;
  readonly inputs: readonly Value[];
  readonly attrs: readonly Attr[];
  readonly value: Value;
  readonly origin: string;
}

/** A pair of scalars whose sums over an epoch are divided. */
export interface Metric {
  readonly name: string;
  readonly numerator: Tensor;
  readonly denominator: Tensor;
}

/** Collects a program while layers, losses and metrics are called on its tensors. */
export class Program implements Tracer {
  origin = '';
  private readonly inputs: { value: Value; dtype: DType }[] = [];
  private readonly params: { value: Value; index: number }[] = [];
  private readonly nodes: Node[] = [];
  private readonly updates: { index: number; value: Value }[] = [];

  /** A value that comes from a data set; bytes arrive as float32. */
  input(shape: readonly number[], dtype: DType): Tensor {
    const value = new Value(this, 'input', this.inputs.length, shape, dtype === 'uint8' ? 'float32' : dtype);
    this.inputs.push({ value, dtype });
    return value;
  }
  /** A weight, by its index in the model. */
  param(index: number, shape: readonly number[]): Tensor {
    const known = this.params.find((p) => p.index === index);
    if (known) return known.value;
    const value = new Value(this, 'param', this.params.length, shape, 'float32');
    this.params.push({ value, index });
    return value;
  }
  /** After a step the weight becomes this value. */
  update(index: number, value: Tensor): void {
    this.updates.push({ index, value: value as Value });
  }
  emit(code: number, inputs: readonly Tensor[], attrs: readonly Attr[], shape: readonly number[], dtype: DType): Tensor {
    const value = new Value(this, 'node', this.nodes.length, shape, dtype);
    this.nodes.push({ code, inputs: inputs as readonly Value[], attrs, value, origin: this.origin });
    return value;
  }
  /** The node that made a value: what losses look at to see a softmax before them. */
  producer(tensor: Tensor): { readonly op: string; readonly inputs: readonly Tensor[]; readonly attrs: readonly Attr[] } | undefined {
    const value = tensor as Value;
    const node = value.kind === 'node' ? this.nodes[value.id] : undefined;
    return node && { op: (OPS[node.code] as { name: string }).name, inputs: node.inputs, attrs: node.attrs };
  }

  /** @internal The bytes of the program with these results; `updates` tells whether it sets weights and states. */
  bytes(results: { train?: boolean; updates?: boolean; gradients?: boolean; recompute?: boolean; outputs: readonly Tensor[]; loss?: Tensor | undefined; metrics?: readonly Metric[] }): Uint8Array {
    const w = new Words();
    const id = (tensor: Tensor): number => {
      const value = tensor as Value;
      const before = value.kind === 'input' ? 0 : value.kind === 'param' ? this.inputs.length : this.inputs.length + this.params.length;
      return before + value.id;
    };
    w.u32(MAGIC, VERSION, (results.train ? 1 : 0) | (results.gradients ? 2 : 0) | (results.recompute ? 4 : 0));
    w.u32(this.inputs.length);
    for (const { value, dtype } of this.inputs) w.u32(dtypeCode(dtype)).list(value.shape);
    w.u32(this.params.length);
    for (const { value, index } of this.params) w.u32(index, 0).list(value.shape);
    w.u32(this.nodes.length);
    for (const node of this.nodes) {
      const attrs = attrWords(node);
      w.u32(node.code)
        .list(node.inputs.map(id))
        .u32(attrs.length, ...attrs);
      w.u32(dtypeCode(node.value.dtype)).list(node.value.shape);
    }
    w.list(results.outputs.map(id)).u32(results.loss ? id(results.loss) : NONE);
    const metrics = results.metrics ?? [];
    w.u32(metrics.length);
    for (const metric of metrics) w.u32(id(metric.numerator), id(metric.denominator));
    const updates = results.updates ? this.updates : [];
    w.u32(updates.length);
    for (const update of updates) w.u32(update.index, id(update.value));
    const names = [...new Set(this.nodes.map((n) => n.origin))];
    const places = new Map(names.map((name, i) => [name, i]));
    w.list(this.nodes.map((n) => places.get(n.origin) as number)).u32(names.length);
    for (const name of names) w.text(name);
    return w.bytes();
  }
}

function attrWords(node: Node): Uint32Array {
  const w = new Words();
  const kinds = OPS[node.code]?.attrs ?? [];
  kinds.forEach((kind, i) => {
    const attr = node.attrs[i];
    if (kind === 'ints') w.list(attr as readonly number[]);
    else if (kind === 'dtype') w.u32(dtypeCode(attr as DType));
    else if (kind === 'bool') w.u32(attr ? 1 : 0);
    else if (kind === 'i32') w.i32(attr as number);
    else w.f32(attr as number);
  });
  return w.words();
}

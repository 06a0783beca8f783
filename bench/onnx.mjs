// Just enough of the ONNX file format (protocol buffers) to give onnxruntime the graphs that the suites need.

const varint = (n) => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);
const number = (field, value) => Uint8Array.from([...varint(field * 8), ...varint(value)]);
const text = new TextEncoder();

function bytes(field, content) {
  const body = typeof content === 'string' ? text.encode(content) : content;
  return join([Uint8Array.from([...varint(field * 8 + 2), ...varint(body.length)]), body]);
}

function join(parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const message = (field, ...parts) => bytes(field, join(parts));
const FLOAT = 1;
const ATTRIBUTE = { int: 2, ints: 7 };

const tensorType = (shape) => message(2, message(1, number(1, FLOAT), message(2, ...shape.map((size) => message(1, number(1, size))))));
const value = (field, name, shape) => message(field, bytes(1, name), tensorType(shape));
const attribute = ([name, given]) =>
  Array.isArray(given) ? message(5, bytes(1, name), ...given.map((int) => number(8, int)), number(20, ATTRIBUTE.ints)) : message(5, bytes(1, name), number(3, given), number(20, ATTRIBUTE.int));
const raw = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/**
 * A model file. `inputs` and `output`: `{ name, shape }`; `weights`: `{ name, shape, data }`;
 * `nodes`: `{ op, inputs, output, attributes }` with whole numbers, or lists of them, as attributes.
 */
export function onnxModel({ inputs, output, weights = [], nodes }) {
  const graph = message(
    7,
    ...nodes.map((node) => message(1, ...node.inputs.map((name) => bytes(1, name)), bytes(2, node.output), bytes(4, node.op), ...Object.entries(node.attributes ?? {}).map(attribute))),
    bytes(2, 'graph'),
    ...weights.map(({ name, shape, data }) => message(5, ...shape.map((size) => number(1, size)), number(2, FLOAT), bytes(8, name), bytes(9, raw(data)))),
    ...inputs.map(({ name, shape }) => value(11, name, shape)),
    value(12, output.name, output.shape),
  );
  return join([number(1, 9), graph, message(8, bytes(1, ''), number(2, 20))]);
}

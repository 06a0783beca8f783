// The safetensors format: header length, JSON, numbers. Bytes from outside are hostile until checked.
import { FormatError } from '../core/errors.js';
import type { DataArray, NDArray } from '../data/ndarray.js';

const TYPES = { F32: [Float32Array, 4], I32: [Int32Array, 4], U8: [Uint8Array, 1] } as const;
type TypeName = keyof typeof TYPES;
const MOST_AXES = 8;

const nameOf = (data: DataArray): TypeName => (data instanceof Float32Array ? 'F32' : data instanceof Int32Array ? 'I32' : 'U8');
const bytesOf = (data: DataArray) => new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

/** Tensors and text by name. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NDArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes of a file: wide types first, then by name, data on a multiple of 8. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const order = [...tensors].sort(([a, x], [b, y]) => TYPES[nameOf(y.data)][1] - TYPES[nameOf(x.data)][1] || (a < b ? -1 : 1));
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length) header.__metadata__ = metadata;
  let at = 0;
  for (const [name, { data, shape }] of order) {
    header[name] = { dtype: nameOf(data), shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + padded + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.fill(0x20, 8, 8 + padded);
  out.set(json, 8);
  at = 8 + padded;
  for (const [, { data }] of order) {
    out.set(bytesOf(data), at);
    at += data.byteLength;
  }
  return out;
}

function bad(what: string): never {
  throw new FormatError(`not a safetensors file: ${what}`);
}
function isRecord(x: unknown): x is Record<string, unknown> {
  return typeof x === 'object' && x !== null && !Array.isArray(x);
}
const isSize = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;

interface Entry {
  readonly name: string;
  readonly type: TypeName;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

function entry(name: string, value: unknown, end: number): Entry {
  if (!isRecord(value)) return bad(`'${name}' is not described`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(TYPES, dtype)) return bad(`'${name}' has the type ${String(dtype)}; F32, I32 and U8 are understood`);
  if (!Array.isArray(shape) || shape.length > MOST_AXES || !shape.every(isSize)) return bad(`'${name}' has no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) return bad(`'${name}' has no place`);
  const [from, to] = offsets as [number, number];
  const type = dtype as TypeName;
  const length = shape.reduce((a: number, b: number) => a * b, 1) * TYPES[type][1];
  if (to > end || from > to || to - from !== length) return bad(`'${name}' of shape [${shape}] does not fit its ${to - from} bytes; the file may be cut off`);
  return { name, type, shape, from, to };
}

function parseHeader(bytes: Uint8Array): [header: Record<string, unknown>, data: number] {
  if (bytes.length < 8) return bad('it is shorter than its first number');
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) return bad('its header is longer than the file; it may be cut off');
  const end = 8 + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.slice(8, end)));
  } catch {
    return bad('its header is not JSON');
  }
  return isRecord(header) ? [header, end] : bad('its header is not a record');
}

/** @throws {FormatError} for anything that isn't a whole, valid file. */
export function decodeTensors(bytes: Uint8Array): TensorFile {
  const [header, start] = parseHeader(bytes);
  const end = bytes.length - start;
  const metadata: Record<string, string> = {};
  if (isRecord(header.__metadata__)) for (const [key, value] of Object.entries(header.__metadata__)) metadata[key] = String(value);
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => entry(name, value, end))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  let at = 0;
  for (const { name, from, to } of entries) {
    if (from !== at) bad(`there is a gap or an overlap before '${name}'`);
    at = to;
  }
  if (at !== end) bad('there are bytes that belong to nothing');
  const tensors = new Map<string, NDArray>();
  for (const { name, type, shape, from, to } of entries) {
    const own = bytes.slice(start + from, start + to);
    tensors.set(name, { data: new TYPES[type][0](own.buffer as ArrayBuffer), shape });
  }
  return { tensors, metadata };
}

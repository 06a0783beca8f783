// Shapes of images under windows and maps, as crates/ops/src/shape/window.rs has them: images are [N, H, W, C].
import type { Rule } from './shapes.js';
import type { Attr } from './tensor.js';

type Dims = readonly number[];
type Fail = (message: string) => never;
type Pair = readonly [number, number];
type Four = readonly [number, number, number, number];

/** Largest number in a window's attributes. */
const LARGEST = 1 << 15;

const text = (shape: Dims) => `[${shape.join(', ')}]`;

function numbers(given: Attr | undefined, count: number, least: number, what: string, fail: Fail): Dims {
  const values = given as Dims;
  if (values.length !== count || values.some((v) => !Number.isInteger(v) || v < least || v > LARGEST)) {
    fail(`${what} must be ${count} whole numbers from ${least} to ${LARGEST}, received ${text(values)}`);
  }
  return values;
}

const pair = (given: Attr | undefined, what: string, fail: Fail) => numbers(given, 2, 1, what, fail) as Pair;
const paddingOf = (given: Attr | undefined, fail: Fail) => numbers(given, 4, 0, 'padding', fail) as Four;

function four(shape: Dims | undefined, fail: Fail): Four {
  if (shape?.length !== 4) fail(`needs four axes, received ${text(shape ?? [])}`);
  return shape as unknown as Four;
}

function onlyFloats({ inputs, fail }: Parameters<Rule>[0]): void {
  if (inputs.some((i) => i.dtype !== 'float32')) fail('needs float32: cast first');
}

interface Slide {
  readonly strides: Pair;
  readonly padding: Four;
  readonly dilation: Pair;
}

const slideOf = (attrs: readonly Attr[], fail: Fail): Slide => {
  const padding = paddingOf(attrs[1], fail);
  return { strides: pair(attrs[0], 'strides', fail), padding, dilation: pair(attrs[2], 'dilation', fail) };
};

/** Cells of the output along one axis (0: lines, 1: columns). */
function along(axis: 0 | 1, input: number, taps: number, slide: Slide, fail: Fail): number {
  if (taps === 0 || taps > LARGEST || input === 0) fail(`a window of ${taps} cells over ${input} is empty`);
  const padded = input + (slide.padding[2 * axis] as number) + (slide.padding[2 * axis + 1] as number);
  const reach = (taps - 1) * slide.dilation[axis] + 1;
  if (reach > padded) fail(`a window that reaches over ${reach} cells exceeds the ${padded} cells of the padded input`);
  return Math.floor((padded - reach) / slide.strides[axis]) + 1;
}

function groupsOf(given: Attr | undefined, filters: number, fail: Fail): number {
  const groups = given as number;
  if (!Number.isInteger(groups) || groups < 1 || filters === 0 || filters % groups !== 0) {
    fail(`${filters} filters can't be shared among ${groups} groups`);
  }
  return groups;
}

const conv: Rule = (given) => {
  onlyFloats(given);
  const { shapes, attrs, fail } = given;
  const [n, h, w, c] = four(shapes[0], fail);
  const [kh, kw, inputs, filters] = four(shapes[1], fail);
  const groups = groupsOf(attrs[3], filters, fail);
  if (inputs === 0 || inputs * groups !== c) fail(`a kernel for ${groups} × ${inputs} channels does not fit ${c} channels`);
  const slide = slideOf(attrs, fail);
  return [[n, along(0, h, kh, slide, fail), along(1, w, kw, slide, fail), filters], 'float32'];
};

const convTranspose: Rule = (given) => {
  onlyFloats(given);
  const { shapes, attrs, fail } = given;
  const [n, h, w, c] = four(shapes[0], fail);
  const [kh, kw, outputs, filters] = four(shapes[1], fail);
  const groups = groupsOf(attrs[3], filters, fail);
  if (outputs === 0 || c !== filters) fail(`a kernel from ${filters} channels does not fit ${c} channels`);
  const size = pair(attrs[4], 'size', fail);
  const slide = slideOf(attrs, fail);
  const seen = [along(0, size[0], kh, slide, fail), along(1, size[1], kw, slide, fail)];
  if (seen[0] !== h || seen[1] !== w) {
    fail(`a convolution of ${text(size)} cells makes ${text(seen)}, but the input has ${text([h, w])}`);
  }
  return [[n, ...size, outputs * groups], 'float32'];
};

const depthwise: Rule = (given) => {
  onlyFloats(given);
  const { shapes, attrs, fail } = given;
  const [n, h, w, c] = four(shapes[0], fail);
  const [kh, kw, channels, multiplier] = four(shapes[1], fail);
  if (channels !== c || c === 0 || multiplier === 0) {
    fail(`a kernel of ${multiplier} for each of ${channels} channels does not fit ${c} channels`);
  }
  const slide = slideOf(attrs, fail);
  return [[n, along(0, h, kh, slide, fail), along(1, w, kw, slide, fail), c * multiplier], 'float32'];
};

const pool: Rule = (given) => {
  onlyFloats(given);
  const { shapes, attrs, fail } = given;
  const [n, h, w, c] = four(shapes[0], fail);
  if (c === 0) fail('an image without channels');
  const [ph, pw] = pair(attrs[0], 'pool', fail);
  const padding = paddingOf(attrs[2], fail);
  if (Math.max(padding[0], padding[1]) >= ph || Math.max(padding[2], padding[3]) >= pw) {
    fail('padding must be smaller than the pool: some windows would see nothing');
  }
  const slide: Slide = { strides: pair(attrs[1], 'strides', fail), padding, dilation: [1, 1] };
  return [[n, along(0, h, ph, slide, fail), along(1, w, pw, slide, fail), c], 'float32'];
};

const affine: Rule = (given) => {
  onlyFloats(given);
  const { shapes, attrs, fail } = given;
  const [n, h, w, c] = four(shapes[0], fail);
  if (h === 0 || w === 0 || c === 0) fail('an image without cells');
  const maps = text(shapes[1] ?? []);
  if (maps !== text([n, 6])) fail(`${n} images need maps [${n}, 6], received ${maps}`);
  if (![0, 1, 2, 3].includes(attrs[2] as number)) fail(`border must be 0, 1, 2 or 3, received ${attrs[2]}`);
  return [[n, ...pair(attrs[0], 'size', fail), c], 'float32'];
};

export const WINDOW_RULES: Readonly<Record<string, Rule>> = { conv, convTranspose, depthwise, pool, affine };

// What layers that change pictures while training share: ranges, numbers drawn for each picture, maps of its places.
import { ConfigError, unknownName } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { float } from '../core/values.js';
import { hash, type LayerDefinition, type LayerOptions, type Scope } from './layer.js';
import { channelsLast, type DataFormat } from './spatial.js';

export interface AugmentationOptions extends LayerOptions {
  /** Key of the random numbers, beside the seed of the run. Default: follows from the layer's path. */
  readonly seed?: number | null;
  /** Default 'channelsLast'. */
  readonly dataFormat?: DataFormat;
}

/** What lies outside of a picture: it mirrored, it again, one value, or its last cells. */
export type FillMode = 'reflect' | 'wrap' | 'constant' | 'nearest';

export interface SamplingOptions {
  /** What lies outside of the picture. Default 'reflect'. */
  readonly fillMode?: FillMode;
  /** Default 'bilinear'. */
  readonly interpolation?: 'bilinear' | 'nearest';
  /** The value outside with fillMode 'constant'. Default 0. */
  readonly fillValue?: number;
}

/** The largest change in both directions, or its two bounds. */
export type Factor = number | readonly [number, number];

/** Lower and upper bound. */
export const boundsOf = (factor: Factor): readonly [number, number] => (typeof factor === 'number' ? [-Math.abs(factor), Math.abs(factor)] : [Math.min(...factor), Math.max(...factor)]);

/** Refuses what isn't a number, or two, from `least` to `most`. */
export function checkFactor(name: string, key: string, factor: Factor, least: number, most: number): void {
  const numbers = [factor].flat();
  if (numbers.length > 2 || numbers.length === 0 || numbers.some((v) => !(v >= least && v <= most)))
    throw new ConfigError(`${name}: ${key} must be a number from ${least} to ${most}, or two, received ${JSON.stringify(factor)}`, { layer: name, received: factor });
}

/** Refuses sizes that no picture can have. */
export function checkSize(name: string, { height, width }: { height: number; width: number }): void {
  for (const [key, value] of Object.entries({ height, width }))
    if (!Number.isInteger(value) || value < 1) throw new ConfigError(`${name}: ${key} must be a whole number above 0, received ${value}`, { layer: name, received: value });
}

type Sampling = Required<SamplingOptions>;
/** Defaults with those of a sampling. A function, because bundlers keep objects that spread others. */
/* @__NO_SIDE_EFFECTS__ */
export function withSampling<O extends object>(own: O): O & Sampling {
  return { ...own, fillMode: 'reflect', interpolation: 'bilinear', fillValue: 0 };
}
/** In the order of the operation's codes. */
const BORDERS = ['constant', 'nearest', 'reflect', 'wrap'] as const;

export function checkSampling(name: string, { fillMode, interpolation }: Sampling): void {
  if (!BORDERS.includes(fillMode)) throw unknownName(`fillMode of ${name}`, fillMode, BORDERS);
  const known = ['bilinear', 'nearest'];
  if (!known.includes(interpolation)) throw unknownName(`interpolation of ${name}`, interpolation, known);
}

type Common = Required<Omit<AugmentationOptions, keyof LayerOptions>>;
type Own<C extends Common> = Omit<C, keyof Common>;

/** A layer that changes pictures while training and passes them on otherwise. */
/* @__NO_SIDE_EFFECTS__ */
export const augmentation = <C extends Common>(
  className: string,
  own: Own<C>,
  check: (config: C, name: string) => void,
  change: (scope: Scope<C>, images: Tensor) => Tensor,
  otherwise: (scope: Scope<C>, images: Tensor) => Tensor = (_, images) => images,
): LayerDefinition<C> => ({
  className,
  defaults: { ...own, seed: null, dataFormat: 'channelsLast' } as unknown as C,
  check,
  call(scope, x) {
    if (x.shape.length !== 4) scope.fail('takes pictures, four axes with the batch', x.shape);
    return channelsLast(float(x), scope.config.dataFormat, (images) => (scope.training ? change : otherwise)(scope, images));
  },
});

/** A number between two bounds for each picture, [batch, 1]; `draw` numbers those of one layer. */
export function drawn(scope: Scope<Common>, images: Tensor, draw: number, [min, max]: readonly [number, number]): Tensor {
  const { seed } = scope.config;
  const key = hash(seed === null ? `${scope.path}#${draw}` : `${seed}#${draw}`);
  return ops.randomUniform(images.tracer, { shape: [images.shape[0] as number, 1], dtype: 'float32', min, max, key });
}

/** Pictures whose place (x, y) is that at (ax + by + c, dx + ey + f) of the given; each number is one for all, or [batch, 1]. */
export function sampled(images: Tensor, map: readonly (Tensor | number)[], { fillMode, interpolation, fillValue }: Sampling, size = images.shape.slice(1, 3)): Tensor {
  const shape = [images.shape[0] as number, 1];
  const maps = ops.concat(map.map((value) => (typeof value === 'number' ? ops.constant(images.tracer, { shape, dtype: 'float32', value }) : value)));
  return ops.affineTransform(images, maps, { size, bilinear: interpolation === 'bilinear', border: BORDERS.indexOf(fillMode), value: fillValue });
}

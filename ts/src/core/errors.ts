/** Where an error happened and what would have been right. */
export interface ErrorDetails {
  /** Path of the layer. */
  layer?: string | undefined;
  /** What would have been right. */
  expected?: unknown;
  /** What came. */
  received?: unknown;
  /** The error behind it. */
  cause?: unknown;
}

/** Base of everything Myelin throws. `code` is stable; messages may change. */
export class MyelinError extends Error {
  /** Name of the class. */
  override name = 'MyelinError';
  /** Path of the layer, where one is concerned. */
  readonly layer?: string;
  /** What would have been right. */
  readonly expected?: unknown;
  /** What came. */
  readonly received?: unknown;
  constructor(
    /** What kind of error it is; never changes. */
    readonly code: string,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    if (details.layer !== undefined) this.layer = details.layer;
    this.expected = details.expected;
    this.received = details.received;
  }
}

/** Shapes that don't fit each other. */
export class ShapeError extends MyelinError {
  override name = 'ShapeError';
  constructor(message: string, details?: ErrorDetails) {
    super('shape', message, details);
  }
}

/** Data that can't be used: ragged, empty, not finite, labels outside of the classes. */
export class DataError extends MyelinError {
  override name = 'DataError';
  constructor(message: string, details?: ErrorDetails) {
    super('data', message, details);
  }
}

/** An option that doesn't exist or has a value out of range, or calls in the wrong order. */
export class ConfigError extends MyelinError {
  override name = 'ConfigError';
  constructor(message: string, details?: ErrorDetails) {
    super('config', message, details);
  }
}

/** The engine couldn't start, ran out of memory or died. */
export class EngineError extends MyelinError {
  override name = 'EngineError';
  constructor(code: string, message: string, details?: ErrorDetails) {
    super(code, message, details);
  }
}

/** Bytes that are not what their name promises. */
export class FormatError extends MyelinError {
  override name = 'FormatError';
  constructor(message: string, details?: ErrorDetails) {
    super('format', message, details);
  }
}

/** `[null, 28, 28]` for messages. */
export function show(shape: readonly (number | null)[]): string {
  return `[${shape.map((d) => d ?? 'null').join(', ')}]`;
}

/** Number of edits (Damerau–Levenshtein without overlaps) between two short words. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j] as number, (before[j - 2] ?? 0) + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}

/** The known name nearest to a misspelt one, if any is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const ranked = known.map((k) => [distance(lower, k.toLowerCase()), k] as const).sort((a, b) => a[0] - b[0]);
  const best = ranked[0];
  return best && best[0] <= Math.max(2, Math.ceil(name.length / 3)) ? best[1] : undefined;
}

/** The error for a name that isn't in a registry. */
export function unknownName(kind: string, name: string, known: readonly string[]): ConfigError {
  const near = nearest(name, known);
  const hint = near ? `did you mean '${near}'?` : `known are ${known.map((k) => `'${k}'`).join(', ')}`;
  return new ConfigError(`unknown ${kind} '${name}': ${hint}`, { expected: known, received: name });
}

/** Looks a name up in a registry. */
export function lookUp<T>(kind: string, registry: Readonly<Record<string, T>>, name: string): T {
  if (!Object.hasOwn(registry, name)) throw unknownName(kind, name, Object.keys(registry));
  return registry[name] as T;
}

/** A thing made by a factory of a registry, or looked up there by its name; anything else is refused. */
export function resolve<T>(kind: string, registry: Readonly<Record<string, () => T>>, given: unknown, isOne: (x: T) => boolean): T {
  if (typeof given === 'string') return lookUp(kind, registry, given)();
  if (typeof given === 'object' && given !== null && isOne(given as T)) return given as T;
  throw new ConfigError(`not ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}: give a name such as '${Object.keys(registry)[0]}', or what one of the factories makes`, { received: given });
}

/** Refuses keys that an options object doesn't have, naming the nearest. */
export function checkKeys(kind: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) if (!known.includes(key)) throw unknownName(`option of ${kind}`, key, known);
}

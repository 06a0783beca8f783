/** Element types. Values in a program are float32 or int32; uint8 arrays are fed as float32. */
export type DType = 'float32' | 'int32' | 'uint8';

/** What inputs of models may hold: text as well, for layers that read it before the engine gets anything. */
export type InputType = DType | 'string';

/** Sizes of the axes; `null` where the size is not known before data come (the batch). */
export type Shape = readonly (number | null)[];

/** A value while a program is being traced: it has a shape and no numbers yet. */
export interface Tensor {
  /** Sizes of all axes, the batch first. */
  readonly shape: readonly number[];
  /** Element type. */
  readonly dtype: DType;
  /** Its number in the program. */
  readonly id: number;
  /** The program that is being traced. */
  readonly tracer: Tracer;
}

/** What the writer of programs knows of an operation. */
export interface OpInfo {
  readonly name: string;
  readonly rule: string;
  readonly attrs: readonly AttrKind[];
}

export type AttrKind = 'f32' | 'i32' | 'bool' | 'ints' | 'dtype';
/** The value of an operation's attribute. */
export type Attr = number | boolean | DType | readonly number[];

/** Collects the nodes of a program. */
export interface Tracer {
  /** Adds a node; answers its value. */
  emit(code: number, inputs: readonly Tensor[], attrs: readonly Attr[], shape: readonly number[], dtype: DType): Tensor;
  /** Path of the layer that is being traced, for messages. */
  readonly origin: string;
}

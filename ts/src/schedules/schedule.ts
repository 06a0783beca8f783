/** Learning rates over steps; evaluated in the engine, so that every machine gets the same bits. */
export interface Schedule {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Code in the engine, and arguments in its order. */
  readonly code: number;
  readonly args: readonly number[];
}

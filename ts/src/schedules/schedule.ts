/** Learning rates over steps; evaluated in the engine, so that every machine gets the same bits. */
export interface Schedule {
  /** Its name in the registry. */
  readonly name: string;
  /** Its options, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Code in the engine. */
  readonly code: number;
  /** Arguments in the engine's order. */
  readonly args: readonly number[];
}

/** Writes inputs to their places in the engine's memory. */
export function fill(memory: WebAssembly.Memory, places: Uint32Array, inputs: readonly (Float32Array | Int32Array)[]): void {
  inputs.forEach((input, i) => {
    const View = input instanceof Int32Array ? Int32Array : Float32Array;
    new View(memory.buffer, places[2 * i] as number, input.length).set(input);
  });
}

/** Copies outputs from theirs, which follow those of the inputs. */
export function outputs(memory: WebAssembly.Memory, places: Uint32Array, inputs: number): Float32Array[] {
  const copies: Float32Array[] = [];
  for (let at = 2 * inputs; at < places.length; at += 2) copies.push(new Float32Array(memory.buffer, places[at] as number, places[at + 1] as number).slice());
  return copies;
}

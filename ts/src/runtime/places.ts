/** Writes inputs to their places in the engine's memory, runs, and copies outputs from theirs. */
export function runPlan(memory: WebAssembly.Memory, places: Uint32Array, inputs: readonly (Float32Array | Int32Array)[], run: () => void): Float32Array[] {
  inputs.forEach((input, i) => {
    const View = input instanceof Int32Array ? Int32Array : Float32Array;
    new View(memory.buffer, places[2 * i] as number, input.length).set(input);
  });
  run();
  const outputs: Float32Array[] = [];
  for (let at = 2 * inputs.length; at < places.length; at += 2) outputs.push(new Float32Array(memory.buffer, places[at] as number, places[at + 1] as number).slice());
  return outputs;
}

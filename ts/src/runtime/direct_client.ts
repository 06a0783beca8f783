import { bytesOf, type EngineClient, type Result, settled } from './client.js';
import { breathe } from './environment.js';
import type { Host, Methods } from './host.js';
import { fill, outputs } from './places.js';
import type { Pool } from './spawn.js';

/** The engine on the calling thread. */
export class DirectClient implements EngineClient {
  readonly direct = true;
  readonly complete = true;
  alive = true;
  constructor(
    private readonly host: Host,
    private readonly pool: Pool,
  ) {}
  get memory(): WebAssembly.Memory {
    return this.host.place.memory;
  }
  get threads(): number {
    return this.host.place.threads;
  }
  get simd(): string {
    return this.host.place.simd;
  }
  now<K extends keyof Methods>(method: K, ...args: Parameters<Methods[K]>): Result<K> {
    return settled(this.host.call(method, args), () => this.lose()) as Result<K>;
  }
  private lose(): void {
    this.alive = false;
    this.host.forget();
    this.pool.terminate();
  }
  async call<K extends keyof Methods>(method: K, ...args: Parameters<Methods[K]>): Promise<Result<K>> {
    return this.now(method, ...args);
  }
  predictNow(model: number, program: number, places: Uint32Array, inputs: readonly (Float32Array | Int32Array)[]): Float32Array[] {
    fill(this.memory, places, inputs);
    this.now('predict_run', model, program, false);
    return outputs(this.memory, places, inputs.length);
  }
  async predict(model: number, program: number, places: Uint32Array, inputs: readonly (Float32Array | Int32Array)[]): Promise<Float32Array[]> {
    return this.predictNow(model, program, places, inputs);
  }
  async slice(_quickStep: boolean, _quick: boolean, ...args: Parameters<Methods['run_slice']>): Promise<Result<'run_slice'>> {
    const progress = this.now('run_slice', ...args);
    await breathe();
    return progress;
  }
  async upload(data: Float32Array | Int32Array | Uint8Array): Promise<number> {
    const address = this.now('array_alloc', data.byteLength);
    new Uint8Array(this.memory.buffer, address, data.byteLength).set(bytesOf(data));
    return address;
  }
  stop(on: boolean): void {
    new Int32Array(this.memory.buffer)[this.host.place.stopFlag >> 2] = on ? 1 : 0;
  }
  hold(): () => void {
    return () => {};
  }
}

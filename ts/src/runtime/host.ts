// The engine itself, on whichever thread this runs.
import { makeMemory } from './environment.js';
import { build_info, Engine, initSync, initThreadPool, memory_full } from './glue.js';
import { fill, outputs } from './places.js';
import { type PoolStarter, setStarter } from './spawn.js';

/** Methods of the engine that take and answer plain values. */
export type EngineMethods = Omit<{ [K in keyof Engine & string as Engine[K] extends (...args: never[]) => unknown ? K : never]: Engine[K] }, 'free'>;

/** A result, or what went wrong; `fatal` if the engine can't go on. */
export type Answer = { readonly value: unknown } | { readonly error: string; readonly fatal: boolean };

/** Calls beside the engine's own methods. */
export interface HostMethods {
  /** Copies bytes into an array. */
  upload(address: number, bytes: Uint8Array): void;
  /** Fills a plan's inputs unless they are in their places, runs it, copies the outputs, which follow `count` inputs. */
  predict(model: number, program: number, inputs: readonly (Float32Array | Int32Array)[], count?: number): Float32Array[];
}
export type Methods = EngineMethods & HostMethods;

/** What other threads need to know of an engine. */
export interface Whereabouts {
  readonly memory: WebAssembly.Memory;
  readonly address: number;
  readonly threads: number;
  /** Address of an i32: not zero stops the running slice after its current step. */
  readonly stopFlag: number;
  readonly simd: string;
}

/** What wasm-bindgen makes of an engine: an object that knows its address, and frees it when it is collected unless told not to. */
interface Handle {
  __wbg_ptr: number;
  __destroy_into_raw(): number;
}

/** An instance for the calling thread, with a stack of its own. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): void {
  initSync({ module, memory, thread_stack_size: 1 << 20 });
}

export class Host {
  private constructor(
    private readonly engine: Engine,
    readonly place: Whereabouts,
  ) {}

  /** A new engine. The calling thread is one of its `threads`; until the others `join`, all runs on this one. */
  static start(module: WebAssembly.Module, threads: number, maxMemory?: number): Host {
    const { memory, limit } = makeMemory(maxMemory);
    instantiate(module, memory);
    const engine = new Engine(threads, limit);
    const { __wbg_ptr: address } = engine as unknown as Handle;
    const { simd } = JSON.parse(build_info()) as { simd: string };
    return new Host(engine, { memory, address, threads, stopFlag: engine.stop_flag(), simd });
  }

  /** An engine that another thread started: another instance on the same memory. No two threads may call it at once. */
  static adopt(module: WebAssembly.Module, place: Whereabouts): Host {
    instantiate(module, place.memory);
    const handle: Pick<Handle, '__wbg_ptr'> = { __wbg_ptr: place.address };
    return new Host(Object.assign(Object.create(Engine.prototype) as Engine, handle), place);
  }

  /** Settles when the other threads compute too; `guard` runs what may not run while another thread is in the engine. */
  async join(startPool: PoolStarter, guard: (work: () => void) => void = (work) => work()): Promise<void> {
    const { threads } = this.place;
    if (threads === 1) return;
    setStarter(startPool);
    await initThreadPool(threads - 1);
    guard(() => this.engine.pool_joined());
  }

  /** For an engine that is lost: nobody is to free what is in its memory. */
  forget(): void {
    (this.engine as unknown as Handle).__destroy_into_raw();
  }

  call(method: keyof Methods, args: readonly unknown[]): Answer {
    try {
      if (method === 'upload') return { value: this.upload(args[0] as number, args[1] as Uint8Array) };
      if (method === 'predict') return { value: this.predict(...(args as Parameters<HostMethods['predict']>)) };
      const engine = this.engine as unknown as Record<string, (...args: unknown[]) => unknown>;
      return { value: (engine[method] as (...args: unknown[]) => unknown).apply(engine, args as unknown[]) };
    } catch (error) {
      const { message } = error as Error;
      const fatal = error instanceof WebAssembly.RuntimeError;
      return { error: fatal && memory_full() ? 'its memory is full' : message, fatal };
    }
  }

  private upload(address: number, bytes: Uint8Array): void {
    new Uint8Array(this.place.memory.buffer, address, bytes.length).set(bytes);
  }

  private predict(model: number, program: number, inputs: readonly (Float32Array | Int32Array)[], count = inputs.length): Float32Array[] {
    const places = this.engine.predict_io(model, program);
    fill(this.place.memory, places, inputs);
    this.engine.predict_run(model, program, false);
    return outputs(this.place.memory, places, count);
  }
}

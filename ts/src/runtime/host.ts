// The engine itself, on whichever thread this runs.
import { makeMemory } from './environment.js';
import { build_info, Engine, initSync, initThreadPool, last_panic } from './glue.js';
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
  /** Fills the inputs of a small plan unless they are in their places, runs it, copies the outputs, which follow `count` inputs. */
  predict(model: number, program: number, inputs: readonly (Float32Array | Int32Array)[], count?: number): Float32Array[];
}
export type Methods = EngineMethods & HostMethods;

export class Host {
  private constructor(
    private readonly engine: Engine,
    readonly memory: WebAssembly.Memory,
    readonly threads: number,
    readonly simd: string,
  ) {}

  /** Address of the engine object: with it, another instance on the same memory can call it. */
  get address(): number {
    return (this.engine as unknown as { __wbg_ptr: number }).__wbg_ptr;
  }
  get stopFlag(): number {
    return this.engine.stop_flag();
  }

  /** The calling thread is one of the `threads`; the others join by `startPool`. */
  static async start(module: WebAssembly.Module, threads: number, startPool: PoolStarter, maxMemory?: number): Promise<Host> {
    const { memory, limit } = makeMemory(maxMemory);
    initSync({ module, memory, thread_stack_size: 1 << 20 });
    if (threads > 1) {
      setStarter(startPool);
      await initThreadPool(threads - 1);
    }
    const { simd } = JSON.parse(build_info()) as { simd: string };
    return new Host(new Engine(threads, limit), memory, threads, simd);
  }

  call(method: keyof Methods, args: readonly unknown[]): Answer {
    try {
      if (method === 'upload') return { value: this.upload(args[0] as number, args[1] as Uint8Array) };
      if (method === 'predict') return { value: this.predict(...(args as Parameters<HostMethods['predict']>)) };
      const engine = this.engine as unknown as Record<string, (...args: unknown[]) => unknown>;
      return { value: (engine[method] as (...args: unknown[]) => unknown).apply(engine, args as unknown[]) };
    } catch (error) {
      const { message } = error as Error;
      return error instanceof WebAssembly.RuntimeError ? { error: panicked() ?? message, fatal: true } : { error: message, fatal: false };
    }
  }

  private upload(address: number, bytes: Uint8Array): void {
    new Uint8Array(this.memory.buffer, address, bytes.length).set(bytes);
  }

  private predict(model: number, program: number, inputs: readonly (Float32Array | Int32Array)[], count = inputs.length): Float32Array[] {
    const places = this.engine.predict_io(model, program);
    fill(this.memory, places, inputs);
    this.engine.predict_run(model, program, false);
    return outputs(this.memory, places, count);
  }
}

/** What a panic said. After a trap that was none, the memory may be such that asking traps again: the first trap tells more. */
function panicked(): string | undefined {
  try {
    return last_panic() || undefined;
  } catch {
    return;
  }
}

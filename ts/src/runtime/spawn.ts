// Starts workers. Takes the place of wasm-bindgen-rayon's own worker snippet: the pool's threads are workers of the same source.
import { builtin, type NodeWorker, server } from './environment.js';
import type { Whereabouts } from './host.js';

/** What a worker is told first. */
export type Start = PoolStart | EngineStart;
export interface PoolStart {
  readonly role: 'pool';
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly receiver: number;
}
export interface EngineStart {
  readonly role: 'engine';
  readonly module: WebAssembly.Module;
  readonly threads: number;
  readonly maxMemory: number | undefined;
  /** One cell: who holds the engine. */
  readonly lock: Int32Array | null;
  /** One that another thread started, to be taken over. */
  readonly engine: Whereabouts | null;
}
/** The text of the worker script, or where it is. */
export type WorkerSource = { readonly text: string } | { readonly url: string };

/** The same few calls on both kinds of workers. */
export interface Thread {
  post(message: unknown, transfer?: readonly Transferable[]): void;
  /** A held process stays alive. */
  hold(held: boolean): void;
  terminate(): void;
}

export function startThread(source: WorkerSource, onMessage: (message: unknown) => void, onLost: (error: Error) => void): Thread {
  return server && 'text' in source ? nodeThread(source.text, onMessage, onLost) : webThread(source, onMessage, onLost);
}

function nodeThread(text: string, onMessage: (message: unknown) => void, onLost: (error: Error) => void): Thread {
  const { Worker } = builtin('node:worker_threads');
  const worker: NodeWorker = new Worker(text, { eval: true });
  worker.on('message', onMessage);
  worker.on('error', onLost);
  worker.on('exit', (code) => onLost(new Error(`the worker ended with code ${code}`)));
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    hold: (held) => (held ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

const REFUSED = 'the worker could not start; a content security policy must allow worker-src blob:, or give init({ workerUrl })';

/** What a policy forbids comes as an event in some browsers and as an exception in others. */
function newWorker(url: string): Worker {
  try {
    return new Worker(url);
  } catch (cause) {
    throw new Error(`${(cause as Error).message}: ${REFUSED}`, { cause });
  }
}

function webThread(source: WorkerSource, onMessage: (message: unknown) => void, onLost: (error: Error) => void): Thread {
  const url = 'url' in source ? source.url : URL.createObjectURL(new Blob([source.text], { type: 'text/javascript' }));
  const worker = newWorker(url);
  worker.onmessage = (event) => {
    // Not before the first message: Chromium may fetch the script late.
    if (!('url' in source)) URL.revokeObjectURL(url);
    onMessage(event.data);
  };
  worker.onerror = (event) => onLost(new Error(event.message || REFUSED));
  return { post: (message, transfer = []) => worker.postMessage(message, transfer as Transferable[]), hold: () => {}, terminate: () => worker.terminate() };
}

/** Workers that boot, and then become the threads of an engine's pool. */
export class Pool {
  private threads: readonly Thread[] = [];
  private readonly joining: { ready(): void; lost(error: Error): void }[] = [];

  constructor(
    private readonly source: WorkerSource,
    private readonly count: number,
    private readonly onLost: (error: Error) => void = () => {},
  ) {}

  /** They boot from now on, and keep the process alive until they have joined; without it they boot when they are to join. */
  boot(): void {
    const ready = (i: number) => this.joining[i]?.ready();
    const lost = (error: Error, i: number) => {
      this.joining[i]?.lost(error);
      this.onLost(error);
    };
    this.threads = Array.from({ length: this.count }, (_, i) =>
      startThread(
        this.source,
        () => ready(i),
        (error) => lost(error, i),
      ),
    );
  }

  /** Settles when all of them wait for work. */
  async join(start: PoolStart): Promise<void> {
    if (this.threads.length === 0) {
      this.boot();
      // Whoever needs them is alive without them.
      this.hold(false);
    }
    const joined = this.threads.map(
      (thread, i) =>
        new Promise<void>((ready, lost) => {
          this.joining[i] = { ready, lost };
          thread.post(start);
        }),
    );
    await Promise.all(joined);
    this.hold(false);
  }

  private hold(held: boolean): void {
    for (const thread of this.threads) thread.hold(held);
  }

  terminate(): void {
    for (const thread of this.threads) thread.terminate();
  }
}

/** Lets the pool's threads join what `start` describes. */
export type PoolStarter = (start: PoolStart) => Promise<void>;
let starter: PoolStarter | undefined;

/** To be set before the pool is started. */
export function setStarter(start: PoolStarter): void {
  starter = start;
}

interface PoolBuilder {
  receiver(): number;
  build(): void;
}

/** What wasm-bindgen-rayon calls. */
export async function startWorkers(module: WebAssembly.Module, memory: WebAssembly.Memory, builder: PoolBuilder): Promise<void> {
  await (starter as PoolStarter)({ role: 'pool', module, memory, receiver: builder.receiver() });
  builder.build();
}

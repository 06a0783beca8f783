// The script of every worker: one of them runs the engine, the others are threads of its pool.
import { builtin, type NodePort, server } from './environment.js';
import { poison, wbg_rayon_start_worker } from './glue.js';
import { type Answer, Host, instantiate, type Methods, type Whereabouts } from './host.js';
import type { EngineStart, PoolStart, Start } from './spawn.js';

/** A call from the page. */
export interface Call {
  readonly id: number;
  readonly method: keyof Methods;
  readonly args: readonly unknown[];
}
export type Reply = { readonly id: number } & Answer;
/** The engine's first word: where it is, without its memory if that can't be seen from there. */
export type Ready = Omit<Whereabouts, 'memory'> & { readonly memory: WebAssembly.Memory | null };

/** What the engine asks for when it starts; the answer is `'pool'`. */
interface PoolWanted {
  readonly pool: PoolStart;
}
interface Failed {
  readonly failed: string;
}
/** The engine's threads are all there. */
interface Complete {
  readonly complete: true;
}
/** What the engine's worker says. */
export type Message = PoolWanted | Failed | Ready | Complete | Reply;

type Post = (message: unknown, transfer?: Transferable[]) => void;

function runPool({ module, memory, receiver }: PoolStart, post: Post): void {
  instantiate(module, memory);
  // Before blocking for ever in the pool.
  post('ready');
  try {
    wbg_rayon_start_worker(receiver);
  } catch (trap) {
    poison();
    throw trap;
  }
}

/** Buffers of a result: ours alone, so they move instead of being copied. */
function buffers(value: unknown): Transferable[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  return Array.isArray(value) ? value.flatMap(buffers) : [];
}

async function runEngine(start: EngineStart, post: Post, joined: Promise<void>): Promise<(call: Call) => void> {
  const { module, threads, maxMemory, lock, engine } = start;
  const host = engine ? Host.adopt(module, engine) : Host.start(module, threads, maxMemory);
  const guarded = <T>(work: () => T): T => {
    // The page's thread may be in the engine with a quick prediction.
    while (lock && Atomics.compareExchange(lock, 0, 0, 1) !== 0) Atomics.wait(lock, 0, 1, 1);
    try {
      return work();
    } finally {
      if (lock) Atomics.store(lock, 0, 0);
    }
  };
  const askForPool = (pool: PoolStart) => {
    post({ pool } satisfies Message);
    return joined;
  };
  const all = host.join(askForPool, guarded);
  // Browsers sometimes lose a pool: whoever waits for the engine then tries again.
  if (!engine) await all;
  post({ ...host.place, memory: lock ? host.place.memory : null } satisfies Message);
  all.then(
    () => post({ complete: true } satisfies Message),
    (error: Error) => post({ failed: error.message } satisfies Message),
  );
  return ({ id, method, args }) => {
    const answer = guarded(() => host.call(method, args));
    post({ id, ...answer } satisfies Message, 'value' in answer ? buffers(answer.value) : []);
  };
}

function serve(post: Post): (message: unknown) => void {
  let engine: Promise<(call: Call) => void> | undefined;
  let handle: ((call: Call) => void) | undefined;
  let join = () => {};
  const joined = new Promise<void>((resolve) => {
    join = resolve;
  });
  return (message) => {
    if (message === 'pool') return join();
    if (handle) return handle(message as Call);
    if (engine) return void engine.then((ready) => ready(message as Call));
    const start = message as Start;
    if (start.role === 'pool') return runPool(start, post);
    engine = runEngine(start, post, joined);
    engine.then(
      (ready) => {
        handle = ready;
      },
      (error: Error) => post({ failed: error.message } satisfies Message),
    );
  };
}

if (server) {
  const port = builtin('node:worker_threads').parentPort as NodePort;
  port.on(
    'message',
    serve((message, transfer) => port.postMessage(message, transfer)),
  );
} else {
  const scope = globalThis as unknown as { postMessage(message: unknown, transfer: Transferable[]): void; onmessage: (event: MessageEvent) => void };
  const handle = serve((message, transfer = []) => scope.postMessage(message, transfer));
  scope.onmessage = (event) => handle(event.data);
}

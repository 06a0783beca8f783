// The engine's code: gzip in base64 in a module of its own, so that no bundler needs to know about it.
import { EngineError } from '../core/errors.js';
import { builtin, server } from './environment.js';

/**
 * Where the engine's code may come from instead of the package's own module: an address, a Response, an ArrayBuffer or a view of
 * one, or a WebAssembly.Module. (Their types would need the DOM's declarations, which not every project has.)
 */
export type WasmSource = string | object;

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const modern = Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  if (modern.fromBase64) return modern.fromBase64(base64);
  const node = (globalThis as { Buffer?: { from(text: string, encoding: 'base64'): Uint8Array<ArrayBuffer> } }).Buffer;
  if (node) return node.from(base64, 'base64');
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** In Node the first use of streams or of `Response` takes tens of milliseconds; its own function takes 6. */
async function unzipped(bytes: Uint8Array<ArrayBuffer>): Promise<BufferSource> {
  if (server) return builtin('node:zlib').gunzipSync(bytes);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

export async function loadModule(name: 'simd128' | 'relaxed', given?: WasmSource): Promise<WebAssembly.Module> {
  try {
    if (given === undefined) {
      const { payload } = await (name === 'relaxed' ? import('./payload-relaxed.js') : import('./payload.js'));
      return await WebAssembly.compile(await unzipped(bytesOf(payload)));
    }
    if (given instanceof WebAssembly.Module) return given;
    if (typeof given === 'string' || given instanceof URL) return await WebAssembly.compile(await (await fetch(given)).arrayBuffer());
    // Known by its method: Node makes the class `Response` when it is first named, which takes 25 ms.
    if ('arrayBuffer' in given) return await WebAssembly.compile(await (given as Response).arrayBuffer());
    return await WebAssembly.compile(given as BufferSource);
  } catch (cause) {
    const hint = "a content security policy must allow 'wasm-unsafe-eval'; init({ wasm }) takes the engine from elsewhere";
    throw new EngineError('start', `the engine's code could not be loaded: ${(cause as Error).message}; ${hint}`, { cause });
  }
}

// The packed tarball in Chromium, Firefox and WebKit, without a bundler: results, threads, bits, files, frames, content policies.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Browser, CHROMIUM, FIREFOX, openPuppet, openWebKit, WEBKIT } from './browser.js';
import { ISOLATED, type Site, serve } from './serve.js';

const project = inject('project');
const site = join(project, 'site');
const BROWSERS: Record<string, { readonly program: string | undefined; readonly fused: boolean; open(): Promise<Browser> }> = {
  Chromium: { program: CHROMIUM, fused: true, open: () => openPuppet('chromium') },
  Firefox: { program: FIREFOX, fused: true, open: () => openPuppet('firefox') },
  WebKit: { program: WEBKIT, fused: false, open: openWebKit },
};

interface Report {
  predicted: number[];
  xor: string;
  wide: string;
  threads: number;
  payload: string;
  sharedMemory: boolean;
  limitations: { what: string; reason: string; remedy: string }[];
  isolated: boolean;
}

/** The bits of this machine's Node. */
function node(mode: 'strict' | 'fused'): { xor: string; wide: string } {
  const text = execFileSync(process.execPath, ['runtime.js', '2', mode, join(project, `page-${mode}.safetensors`)], { cwd: project, encoding: 'utf8' });
  return JSON.parse(text) as { xor: string; wide: string };
}

let [isolated, plain]: Site[] = [];
beforeAll(async () => {
  mkdirSync(site, { recursive: true });
  cpSync('test/platform/fixtures', project, { recursive: true });
  cpSync(join(project, 'node_modules/myelin/dist'), join(site, 'myelin'), { recursive: true });
  for (const name of readdirSync('test/platform/fixtures')) {
    writeFileSync(join(site, name), readFileSync(join('test/platform/fixtures', name), 'utf8').replaceAll("'myelin'", "'./myelin/index.js'"));
  }
  isolated = await serve(site, ISOLATED);
  plain = await serve(site);
});
afterAll(() => {
  isolated?.close();
  plain?.close();
});

test('all browsers are here', () => {
  expect(Object.keys(BROWSERS).filter((name) => !BROWSERS[name]?.program)).toEqual([]);
});

for (const [name, { program, fused, open }] of Object.entries(BROWSERS)) {
  // On a busy machine this WebKit traps once in some hundred pages where no address is out of bounds: on one thread too, and with the same
  // numbers as everywhere else. The engine then says that it is lost, and the next call starts another.
  describe.skipIf(!program)(name, { retry: name === 'WebKit' ? 2 : 0 }, () => {
    let browser: Browser;
    const ask = async (where: Site | undefined, query: string) => (await browser.report(`${where?.url}page.html?${query}`)) as Report;
    beforeAll(async () => {
      browser = await open();
    });
    afterAll(() => browser?.close());

    test('trains XOR on three threads in an isolated page', async () => {
      const report = await ask(isolated, 'threads=3');
      expect(report).toMatchObject({ predicted: [0, 1, 1, 0], threads: 3, isolated: true, sharedMemory: true, payload: fused ? 'relaxed' : 'simd128' });
      expect(report.limitations.map((l) => l.what)).toEqual(fused ? [] : ['no fused multiply-add']);
    });

    test('trains XOR on one thread where the page is not isolated, and says why', async () => {
      const report = await ask(plain, 'threads=3');
      expect(report).toMatchObject({ predicted: [0, 1, 1, 0], threads: 1, isolated: false, sharedMemory: false });
      expect(report.limitations[0]).toMatchObject({ what: 'one thread', reason: 'the page is not cross-origin isolated' });
      expect(report.limitations[0]?.remedy).toContain('Cross-Origin-Opener-Policy');
    });

    test('gives the bits of Node, with any number of threads', async () => {
      const want = node('strict');
      for (const [where, threads] of [
        [isolated, 1],
        [isolated, 2],
        [isolated, 4],
        [plain, 1],
      ] as const) {
        const { xor, wide } = await ask(where, `threads=${threads}&strict`);
        expect({ threads, xor, wide }).toEqual({ threads, xor: want.xor, wide: want.wide });
      }
      if (fused) expect((await ask(isolated, 'threads=2')).wide).toBe(node('fused').wide);
    });

    test('saves to and loads from IndexedDB and the private file system', async () => {
      // This WebKit has no private file system, and says so.
      const places = name === 'WebKit' ? ['idb://net.safetensors'] : ['idb://net.safetensors', 'opfs://net.safetensors'];
      if (name === 'WebKit') expect(((await browser.report(`${isolated?.url}page.html?do=store&addresses=opfs://x`)) as { error: string }).error).toMatch(/no private file system/);
      const report = await ask(isolated, `do=store&addresses=${places.join()}`);
      expect(report).toEqual({ loaded: Object.fromEntries(places.map((place) => [place, true])), missing: expect.stringContaining("no file at 'idb://nothing'") });
    });

    test('runs under a strict content policy with its own worker and engine', async () => {
      const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
      const strict = await serve(site, { ...ISOLATED, 'Content-Security-Policy': policy });
      try {
        expect(await ask(strict, 'threads=2&wasm=myelin/engine.wasm&workerUrl=myelin/worker.js')).toMatchObject({ predicted: [0, 1, 1, 0], threads: 2 });
        const refused = (await browser.report(`${strict.url}page.html?threads=2`)) as { error: string; code: string };
        expect(refused.code).toBe('start');
        expect(refused.error).toMatch(/worker-src blob:.*workerUrl/);
      } finally {
        strict.close();
      }
    });
  });
}

describe.skipIf(!CHROMIUM)('frames', () => {
  // Something else may take the machine for these two seconds; it won't three times.
  test('a page that trains draws as often as an idle one', { retry: 2 }, async () => {
    const browser = await openPuppet('chromium');
    try {
      const got = (await browser.report(`${isolated?.url}page.html?do=frames`)) as Record<'large' | 'small', { frames: number; epochs: number }> & { idle: number; threads: number };
      expect(got.idle).toBeGreaterThan(30);
      for (const net of ['large', 'small'] as const) {
        const { frames, epochs } = got[net];
        console.log(`frames in 2 s: ${got.idle} idle, ${frames} (${((100 * frames) / got.idle).toFixed(0)} %) while a ${net} network trains, ${epochs} epochs in 4 s on ${got.threads} threads`);
        expect(epochs).toBeGreaterThan(0);
        expect(frames).toBeGreaterThanOrEqual(0.8 * got.idle);
      }
    } finally {
      await browser.close();
    }
  });
});

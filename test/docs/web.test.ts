// The page of examples/web, built by Vite and run in Chromium: it trains, stays free, stops, and reads a drawn digit.
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.gz': 'application/gzip' };
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** Serves a folder, with or without the headers for shared memory. */
function serve(folder: string, isolated: boolean): Promise<Server> {
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url ?? '/', 'http://localhost').pathname.replace(/\/$/, '/index.html'));
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
    const headers = isolated ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } : {};
    response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream', ...headers });
    createReadStream(path).pipe(response);
    return response;
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

const text = (page: Page, id: string): Promise<string> => page.$eval(`#${id}`, (element) => element.textContent ?? '');
const until = (page: Page, id: string, pattern: string) =>
  page.waitForFunction((element: string, wanted: string) => new RegExp(wanted).test(document.getElementById(element)?.textContent ?? ''), { timeout: 60_000 }, id, pattern);

describe.skipIf(!chromium)('the page of examples/web', () => {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-web-'));
  const servers: Server[] = [];
  let browser: Browser;

  beforeAll(async () => {
    await build({
      root: resolve('examples/web'),
      logLevel: 'error',
      resolve: { alias: { myelin: resolve('dist/index.js') } },
      build: { outDir: folder, emptyOutDir: true },
    });
    browser = await puppeteer.launch({ executablePath: chromium as string, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(isolated: boolean): Promise<{ page: Page; errors: string[] }> {
    const server = await serve(folder, isolated);
    servers.push(server);
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await until(page, 'status', '^ready$');
    return { page, errors };
  }

  async function setEpochs(page: Page, epochs: number): Promise<void> {
    await page.$eval('#epochs', (input, value) => ((input as HTMLInputElement).value = value), String(epochs));
  }

  test('trains, stays free, stops, goes on, and reads a digit', async () => {
    const { page, errors } = await open(true);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

    await setEpochs(page, 10_000);
    await page.click('#train');
    await until(page, 'epoch', '^[1-9][0-9]+$');
    // Two seconds of training: the longest time between two frames.
    const gap = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          let [start, last, longest] = [performance.now(), performance.now(), 0];
          requestAnimationFrame(function frame(now) {
            longest = Math.max(longest, now - last);
            last = now;
            if (now - start > 2000) done(longest);
            else requestAnimationFrame(frame);
          });
        }),
    );
    expect(gap).toBeLessThan(250);
    expect(Number(await text(page, 'fps'))).toBeGreaterThan(20);
    await page.click('#train');
    await until(page, 'status', '^stopped$');

    await setEpochs(page, 20);
    await page.click('#train');
    await until(page, 'status', '^trained$');
    expect(Number.parseFloat(await text(page, 'accuracy'))).toBeGreaterThan(95);
    const inked = await page.$eval('#curve', (canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      return (canvas as HTMLCanvasElement)
        .getContext('2d')
        ?.getImageData(0, 0, width, height)
        .data.some((value) => value > 0);
    });
    expect(inked).toBe(true);

    await draw(page, [...Array.from({ length: 25 }, (_, i): [number, number] => [0.5 + 0.22 * Math.sin(i / 4), 0.5 - 0.38 * Math.cos(i / 4)])]);
    await until(page, 'answer', '^this is 0$');
    await page.click('#clear');
    expect(await text(page, 'answer')).toBe('–');
    expect(errors).toEqual([]);
    await page.close();
  });

  test('works on one thread where the page is not isolated, and says so', async () => {
    const { page, errors } = await open(false);
    expect(await text(page, 'runtime')).toMatch(/^1 thread, .*not cross-origin isolated.*Cross-Origin-Opener-Policy/);
    await setEpochs(page, 20);
    await page.click('#train');
    await until(page, 'status', '^trained$');
    expect(Number.parseFloat(await text(page, 'accuracy'))).toBeGreaterThan(95);
    expect(errors).toEqual([]);
    await page.close();
  });
});

/** Draws a line through points given as shares of the pad. */
async function draw(page: Page, points: readonly [number, number][]): Promise<void> {
  const pad = await page.$('#pad');
  await pad?.scrollIntoView();
  const box = await pad?.boundingBox();
  if (!box) throw new Error('there is no pad');
  const at = ([x, y]: readonly [number, number]): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  const [first, ...rest] = points as [[number, number], ...[number, number][]];
  await page.mouse.move(...at(first));
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...at(point));
  await page.mouse.up();
}

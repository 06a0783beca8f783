// Three browsers behind one call: open a page, wait until it has written JSON into its title, answer that.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import puppeteer, { type Browser as Puppet } from 'puppeteer-core';

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
export const FIREFOX = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find(existsSync);
export const WEBKIT = ['/usr/bin/WebKitWebDriver'].find(existsSync);

export interface Browser {
  /** What a page reports with `document.title = JSON.stringify(…)`. */
  report(url: string): Promise<unknown>;
  close(): Promise<void>;
}

export function launch(name: 'chromium' | 'firefox'): Promise<Puppet> {
  if (name === 'firefox') return puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX as string });
  return puppeteer.launch({ executablePath: CHROMIUM as string, args: ['--no-sandbox', '--disable-gpu'] });
}

export async function openPuppet(name: 'chromium' | 'firefox'): Promise<Browser> {
  const browser = await launch(name);
  return {
    async report(url) {
      const page = await browser.newPage();
      const errors: string[] = [];
      // What a policy refuses is reported here, too, by Firefox; the page says itself what became of it.
      page.on('pageerror', (error) => /Content-Security-Policy/.test(String(error)) || errors.push(String(error)));
      try {
        await page.goto(url);
        await page.waitForFunction(() => document.title.startsWith('{'), { timeout: 30_000, polling: 50 }).catch((error: Error) => errors.push(error.message));
        if (errors.length) throw new Error(errors.join('\n'));
        return JSON.parse(await page.title()) as unknown;
      } finally {
        await page.close();
      }
    },
    close: () => browser.close(),
  };
}

/** WebKit by its driver, over plain HTTP, on a display of its own. */
export async function openWebKit(): Promise<Browser> {
  const display = `:${90 + (process.pid % 400)}`;
  const port = 20_000 + (process.pid % 20_000);
  const children: ChildProcess[] = [spawn('Xvfb', [display, '-screen', '0', '1024x768x24'], { stdio: 'ignore' })];
  const env = { ...process.env, DISPLAY: display, JSC_useSharedArrayBuffer: '1', WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', GDK_BACKEND: 'x11' };
  children.push(spawn(WEBKIT as string, [`--port=${port}`], { stdio: 'ignore', env }));

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const { value } = (await response.json()) as { value: { error?: string; message?: string } };
    if (!response.ok) throw new Error(`WebDriver ${path}: ${value.error} ${value.message}`);
    return value;
  }
  const end = () => {
    for (const child of children) child.kill('SIGTERM');
  };
  try {
    await until(() => call('GET', '/status').then(() => true), 10_000);
    const options = { binary: miniBrowser(), args: ['--automation'] };
    const { sessionId } = (await call('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } })) as { sessionId: string };
    const at = `/session/${sessionId}`;
    return {
      async report(url) {
        await call('POST', `${at}/url`, { url });
        let title = '';
        await until(async () => {
          title = (await call('GET', `${at}/title`)) as string;
          return title.startsWith('{');
        }, 30_000);
        return JSON.parse(title) as unknown;
      },
      async close() {
        await call('DELETE', at).catch(() => {});
        end();
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}

function miniBrowser(): string {
  const found = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].flatMap((cpu) => ['4.1', '4.0', '6.0'].map((v) => `/usr/lib/${cpu}/webkit2gtk-${v}/MiniBrowser`)).find(existsSync);
  if (!found) throw new Error('there is no MiniBrowser beside WebKitWebDriver');
  return found;
}

/** Asks again until the answer is true; errors count as no. */
async function until(ask: () => Promise<boolean>, patience: number): Promise<void> {
  const end = Date.now() + patience;
  let last: unknown = 'no answer';
  while (Date.now() < end) {
    try {
      if (await ask()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`nothing within ${patience / 1000} s: ${last}`);
}

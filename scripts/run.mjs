// Small helpers of the other scripts: run a program quietly, say what a job does and how long it took.
import { spawn } from 'node:child_process';
import { root } from './toolchain.mjs';

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs a program. Resolves with `{ code, output }`; rejects, with the end of the output, when it fails and `check` is on.
 * `show` passes the output through instead of keeping it.
 */
export function run(command, args, { cwd = root, env = process.env, show = false, check = true, timeout = 0 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, timeout, killSignal: 'SIGKILL', stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'] });
    let output = '';
    child.stdout?.on('data', (text) => {
      output += text;
    });
    child.stderr?.on('data', (text) => {
      output += text;
    });
    child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0 || !check) resolve({ code: code ?? 1, output });
      else reject(new Error(`${[command, ...args].join(' ')} failed (${signal ?? code})\n${tail(output)}`));
    });
  });
}

export const tail = (text, lines = 40) => text.trimEnd().split('\n').slice(-lines).join('\n');

/** Runs a job, saying what it does and how long it took. */
export async function job(name, what, work) {
  const started = performance.now();
  console.log(`  ${name.padEnd(10)} ${what} …`);
  const result = await work();
  console.log(`  ${name.padEnd(10)} done in ${seconds(started)}`);
  return result;
}

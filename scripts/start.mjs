// `npm start`: from a fresh clone to a network that reads handwritten digits. Sets the machine up, builds what is out of date
// (one payload, no types: enough to train) and runs the example; `-- --data DIR` trains on MNIST files in DIR instead.
// Other arguments go to the example.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setup } from './setup.mjs';
import { root } from './toolchain.mjs';

const args = process.argv.slice(2);
try {
  await setup();
  // Loaded only now: what it needs may just have been installed.
  const { build } = await import('./build.mjs');
  // The second payload only where it was built before, so that it isn't left behind.
  const relaxed = existsSync(join(root, 'crates/wasm/pkg-relaxed'));
  await build({ fast: true, payloads: relaxed ? ['simd128', 'relaxed'] : ['simd128'] });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const example = args.includes('--data') ? 'mnist' : 'digits';
const child = spawn(process.execPath, [join(root, `examples/${example}.mjs`), ...args], { stdio: 'inherit' });
child.once('exit', (code, signal) => {
  process.exitCode = signal ? 1 : code;
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));

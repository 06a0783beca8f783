// The declarations as users' compilers see them: under two resolutions, strict, without skipping library checks, with and without the DOM.
import { execFile } from 'node:child_process';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, test } from 'vitest';

const project = inject('project');
const cases = resolve('test/types/cases');
const strict = { target: 'es2022', strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false, noEmit: true, types: [] };

async function compile(name: string, options: object, files: readonly string[]): Promise<string> {
  const config = join(project, `${name}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
  const { stdout } = await promisify(execFile)(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', config]).catch((error: { stdout: string }) => error);
  return stdout;
}

const KINDS = {
  'nodenext with the DOM': { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2023', 'dom', 'dom.iterable'] },
  'bundler with the DOM': { module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom', 'dom.iterable'] },
  'nodenext with the types of Node, without the DOM': { module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2023'], types: ['node'], typeRoots: [resolve('node_modules/@types')] },
};

describe.each(Object.entries(KINDS))('%s', (name, options) => {
  test('right code compiles, wrong code does not', async () => {
    // Copies beside node_modules, so that 'myelin' is found as in any project.
    const files = readdirSync(cases).map((file) => {
      copyFileSync(join(cases, file), join(project, file));
      return join(project, file);
    });
    expect(await compile(name.replaceAll(' ', '_'), options, files)).toBe('');
  }, 120_000);
});

test('fifty layers type-check', async () => {
  const file = join(project, 'fifty.ts');
  const stack = Array.from({ length: 49 }, (_, i) => `layers.dense({ units: ${i + 1} })`);
  writeFileSync(
    file,
    `import { layers, sequential } from 'myelin';\nexport const deep = sequential([layers.dense({ units: 50, inputShape: [4] }), ${stack.join(', ')}]);\nexport const width: 49 = deep.outputShapes[1];\n`,
  );
  expect(await compile('fifty', KINDS['bundler with the DOM'], [file])).toBe('');
}, 120_000);

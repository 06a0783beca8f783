// Every ts and js block of the documents is a program of its own: it passes the type checker and runs.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Block {
  readonly name: string;
  readonly code: string;
}

/** Blocks of a document, named by file and line. */
function blocks(path: string): Block[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const found: Block[] = [];
  let start = -1;
  lines.forEach((line, i) => {
    if (start < 0 && /^```(ts|js)$/.test(line)) start = i + 1;
    else if (start >= 0 && line === '```') {
      found.push({ name: `${basename(path, '.md')}-${start}`, code: lines.slice(start, i).join('\n') });
      start = -1;
    }
  });
  return found;
}

function documents(): string[] {
  const docs = readdirSync('.', { recursive: false, encoding: 'utf8' }).includes('docs') ? readdirSync('docs', { encoding: 'utf8' }) : [];
  return ['README.md', 'ARCHITECTURE.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
}

const all = documents().flatMap(blocks);
const folder = mkdtempSync(join(tmpdir(), 'myelin-docs-'));

/** Errors of the type checker in the blocks, against the sources. */
function typeErrors(): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [resolve('node_modules/@types')],
    paths: { myelin: [resolve('ts/src/index.ts')] },
  };
  const files = all.map(({ name }) => join(folder, `${name}.ts`));
  const program = ts.createProgram(files, options);
  return files.flatMap((file) => {
    const source = program.getSourceFile(file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map((d) => {
      const line = d.file ? d.file.getLineAndCharacterOfPosition(d.start ?? 0).line + 1 : 0;
      return `${basename(file)}:${line} ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`;
    });
  });
}

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve('.'), join(folder, 'node_modules/myelin'));
  for (const { name, code } of all) {
    writeFileSync(join(folder, `${name}.ts`), code);
    const { outputText } = ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } });
    writeFileSync(join(folder, `${name}.mjs`), outputText);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('blocks of the documents', () => {
  test('there are some', () => expect(all.length).toBeGreaterThan(5));
  test('pass the type checker', () => expect(typeErrors()).toEqual([]));
  test.each(all)('$name runs', async ({ name }) => {
    // A comment `// prints …` at the end of a line states what the line prints.
    const code = readFileSync(join(folder, `${name}.ts`), 'utf8');
    const promised = [...code.matchAll(/\/\/ prints (.+)$/gm)].map((match) => match[1] as string);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [`${name}.mjs`], { cwd: folder, timeout: 50_000 });
    expect(stderr).toBe('');
    for (const text of promised) expect(stdout).toContain(text);
  });
});

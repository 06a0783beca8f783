// Before all tests of the package: packs it as npm would and installs the tarball into an empty project.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A project with the package in node_modules. */
    project: string;
    tarball: string;
    /** Files of the package and their sizes. */
    packed: { path: string; size: number }[];
  }
}

interface Packed {
  filename: string;
  files: { path: string; size: number }[];
}

export default function setup({ provide }: TestProject): () => void {
  if (!existsSync('dist/index.d.ts')) throw new Error('the package is not built: node scripts/build.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'myelin-package-'));
  const project = join(folder, 'project');
  mkdirSync(project);
  // npm writes a tarball of what is in dist at this moment; a copy keeps a build in between from mixing two.
  cpSync('dist', join(folder, 'source/dist'), { recursive: true });
  for (const file of ['package.json', 'README.md', 'LICENSE']) cpSync(file, join(folder, 'source', file));
  const npm = (cwd: string, ...args: string[]) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const [pack] = JSON.parse(npm(join(folder, 'source'), 'pack', '--json', '--ignore-scripts', '--pack-destination', folder)) as [Packed];
  const tarball = join(folder, pack.filename);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
  npm(project, 'install', '--offline', '--no-package-lock', tarball);
  provide('project', project);
  provide('tarball', tarball);
  provide('packed', pack.files);
  return () => rmSync(folder, { recursive: true, force: true });
}

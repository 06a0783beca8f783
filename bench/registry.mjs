// What can be measured, from the files that are there: a new engine or suite is a new file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const bench = import.meta.dirname;

const files = (folder) =>
  readdirSync(join(bench, folder))
    .filter((name) => name.endsWith('.mjs'))
    .sort();

async function load(folder, key) {
  const modules = await Promise.all(files(folder).map((file) => import(`./${folder}/${file}`)));
  return modules.map((module) => module[key]).filter(Boolean); // a file without it is shared by its neighbours
}

/** Name → engine, Myelin first. */
export async function loadEngines() {
  const all = Object.entries(Object.assign({}, ...(await load('engines', 'engines'))));
  const own = all.filter(([name]) => name.startsWith('myelin'));
  return Object.fromEntries([...own, ...all.filter((entry) => !own.includes(entry))]);
}

/** Name → suite. */
export async function loadSuites() {
  return Object.fromEntries((await load('suites', 'suite')).map((suite) => [suite.name, suite]));
}

/** The version of an engine's package; our own without one. */
export function versionOf(engine) {
  if (engine.version !== undefined) return engine.version;
  const file = engine.package ? join(bench, 'node_modules', engine.package, 'package.json') : join(bench, '../package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : '';
}

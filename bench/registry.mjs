// What can be measured, from the files that are there: a new engine or suite is a new file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const bench = import.meta.dirname;

const files = (folder) =>
  readdirSync(join(bench, folder))
    .filter((name) => name.endsWith('.mjs'))
    .sort();

/** [what a file exports under the key, the file]; a file without it is shared by its neighbours. */
async function load(folder, key) {
  const paths = files(folder).map((file) => `./${folder}/${file}`);
  const modules = await Promise.all(paths.map((path) => import(path)));
  return modules.flatMap((module, i) => (module[key] ? [[module[key], paths[i]]] : []));
}

/** Name → engine and its file, Myelin first. */
export async function loadEngines() {
  const loaded = await load('engines', 'engines');
  const all = loaded.flatMap(([engines, file]) => Object.entries(engines).map(([name, engine]) => [name, { ...engine, file }]));
  const own = all.filter(([name]) => name.startsWith('myelin'));
  return Object.fromEntries([...own, ...all.filter((entry) => !own.includes(entry))]);
}

/** Name → suite and its file. */
export async function loadSuites() {
  return Object.fromEntries((await load('suites', 'suite')).map(([suite, file]) => [suite.name, { ...suite, file }]));
}

/** The version of an engine's package; our own without one. */
export function versionOf(engine) {
  if (engine.version !== undefined) return engine.version;
  const file = engine.package ? join(bench, 'node_modules', engine.package, 'package.json') : join(bench, '../package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : '';
}

// `npm run bench [-- options]`: Myelin beside its peers on the same work, in one run, against the machine's measured peak.
//   --suite a,b     only these suites          --engine a,b   only these engines        --case text   only cases with this in their names
//   --threads 1,2   of engines that have them  --seconds N    per case and process (1)  --rounds N    fresh processes per engine (3)
//   --json FILE     the records (record/last.json)   --node PATH    another Node, or 22, 24, 26 from .tools
//   --built         measure dist as it is, even where sources are newer
// Each engine runs in processes of its own, taking turns, so that a change of the machine's mood meets all of them.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { makeRecord, save } from './record.mjs';
import { bench, loadEngines, loadSuites, versionOf } from './registry.mjs';
import { caseTable } from './table.mjs';

const text = { type: 'string' };
const { values: options } = parseArgs({
  options: {
    suite: text,
    engine: text,
    case: text,
    json: { type: 'string', default: join(bench, 'record/last.json') },
    node: text,
    threads: text,
    built: { type: 'boolean' },
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
  },
});

function choose(all, wanted, what) {
  const names = wanted ? wanted.split(',') : Object.keys(all);
  const unknown = names.filter((name) => !(name in all));
  if (unknown.length) fail(`no ${what} "${unknown.join('", "')}"; there are ${Object.keys(all).join(', ')}`);
  return names;
}

function fail(message) {
  console.error(message);
  process.exit(2);
}

function nodePath() {
  if (!options.node) return process.execPath;
  if (existsSync(options.node)) return options.node;
  const path = join(bench, `../.tools/node${options.node}/node_modules/node/bin/node`);
  return existsSync(path) ? path : fail(`--node ${options.node}: no such file, and no such version in .tools (npm run setup -- --tests)`);
}

/** Myelin built, peers installed: whichever is asked for. */
async function prepare(engines, names) {
  if (!options.built && names.some((name) => name.startsWith('myelin'))) {
    const { setup } = await import('../scripts/setup.mjs');
    await setup();
    (await import('../scripts/build.mjs')).build();
  }
  if (names.some((name) => engines[name].package) && !existsSync(join(bench, 'node_modules/.package-lock.json'))) {
    console.log('installing the peers …');
    const { installModules } = await import('../scripts/setup.mjs');
    await installModules('--prefix', bench, '--ignore-scripts');
  }
}

/** Runs a suite's cases with one engine in a fresh process. */
function runChild(node, job) {
  return new Promise((resolve) => {
    const started = performance.now();
    const limit = 120_000 + job.cases.length * job.seconds * 20_000;
    const child = spawn(node, [join(bench, 'child.mjs'), JSON.stringify(job)], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], timeout: limit, killSignal: 'SIGKILL' });
    let answer = {};
    let startup;
    let noise = '';
    child.stderr.on('data', (chunk) => {
      noise = (noise + chunk).slice(-2000);
    });
    createInterface({ input: child.stdio[3] }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.done) startup ??= performance.now() - started;
      else {
        answer = message;
        child.kill('SIGKILL'); // Node 24 sometimes waits at its exit for a compiler that waits for a garbage collection
      }
    });
    child.once('error', (error) => resolve({ error: error.message }));
    child.once('close', (code, signal) => {
      if (!answer.results) resolve({ error: answer.error ?? `ended by ${signal ?? code}: ${noise.trim().split('\n').at(-1)}` });
      else resolve({ ...answer, startup });
    });
  });
}

/** The samples of one case in one answer: milliseconds (or bytes), or why there are none. */
function samplesOf(answer, item) {
  if (answer.error) return { error: answer.error.split('\n')[0] };
  const result = answer.results[item.name];
  if (!result) return { error: 'not offered' };
  return item.measure === 'startup' && !result.error ? { samples: [answer.startup] } : result;
}

/** Engines with their numbers of threads, as far as they can do anything of the suite. */
function columnsOf(suite, engines, names, threads) {
  return names
    .filter((name) => engines[name].only?.includes(suite.name) ?? !engines[name].except?.includes(suite.name))
    .flatMap((engine) => (engines[engine].threads ? threads : [1]).map((count) => ({ engine, threads: count })));
}

async function runSuite(suite, engines, names, threads, node) {
  const cases = suite.cases.filter((item) => !options.case || item.name.includes(options.case));
  let columns = columnsOf(suite, engines, names, threads);
  const found = new Map(cases.map((item) => [item.name, new Map()]));
  const missing = new Map(cases.map((item) => [item.name, {}]));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const column of columns) {
      const wanted = cases.filter((item) => !item.skip?.includes(column.engine));
      const job = { ...column, suite: suite.name, files: [engines[column.engine].file, suite.file], seconds: Number(options.seconds), cases: wanted.map((item) => item.name) };
      process.stderr.write(`  ${suite.name}: round ${round + 1}, ${column.engine} ×${column.threads}          \r`);
      const answer = wanted.length ? await runChild(node, job) : { results: {} };
      let any = false;
      for (const item of cases) {
        const result = wanted.includes(item) ? samplesOf(answer, item) : { error: 'left out' };
        const label = `${column.engine} ×${column.threads}`;
        if (result.error && column.engine.startsWith('myelin')) process.exitCode = 1; // a peer may lack something, we may not
        if (result.error) missing.get(item.name)[label] = result.error;
        else {
          any = true;
          const rounds = found.get(item.name);
          rounds.set(label, { column, rounds: [...(rounds.get(label)?.rounds ?? []), result] });
        }
      }
      column.idle = !any;
    }
    columns = columns.filter((column) => !column.idle); // what offered nothing once isn't asked again
    columns.push(columns.shift()); // another one begins the next round
  }
  return cases.flatMap((item) => {
    const records = [...found.get(item.name).values()].map(({ column, rounds }) =>
      makeRecord(suite.name, item, { ...column, version: versionOf(engines[column.engine]), node: versions.node }, rounds),
    );
    console.log(`\n${suite.name} · ${item.name}`);
    console.log(caseTable(records, Object.fromEntries(Object.entries(missing.get(item.name)).filter(([, why]) => why !== 'not offered'))));
    return records;
  });
}

const [engines, suites] = await Promise.all([loadEngines(), loadSuites()]);
const wanted = choose(suites, options.suite, 'suite');
const threads = (options.threads ?? [...new Set([1, availableParallelism()])].join(',')).split(',').map(Number);
if (threads.some((count) => !Number.isInteger(count) || count < 1)) fail(`--threads: whole numbers from 1, received ${options.threads}`);
const node = nodePath();
const versions = {
  node: await new Promise((resolve) => {
    spawn(node, ['--version']).stdout.on('data', (data) => resolve(String(data).trim()));
  }),
};
const major = Number(/\d+/.exec(versions.node)[0]);
const present = Object.fromEntries(Object.entries(engines).filter(([, engine]) => (engine.available?.() ?? true) && major >= (engine.node ?? 0)));
const names = choose(present, options.engine, 'engine');
await prepare(engines, names);
console.log(`Node ${versions.node}, ${availableParallelism()} cores, ${options.rounds} processes of each engine, ${options.seconds} s a case`);
const records = [];
for (const name of wanted) {
  records.push(...(await runSuite(suites[name], engines, names, threads, node)));
  save(options.json, records); // after every suite: a long run that is stopped keeps what it has
}

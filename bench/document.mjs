// `node bench/document.mjs record/COMMIT.json > docs/benchmarks.md`: what the records of a commit say, with the machine and the profiles
// of three networks. Run it with the Node that the records were made with, 21 or later.
import { cpus } from 'node:os';
import { basename } from 'node:path';
import { median } from './measure.mjs';
import { copyMeter, peakMeters } from './peak.mjs';
import { profiles } from './profile.mjs';
import { better, read } from './record.mjs';
import { caseTable, show } from './table.mjs';

const [file] = process.argv.slice(2);
const records = read(file);
const node = [...new Set(records.map((r) => r.node))].join(', ');
const block = (text) => `\`\`\`text\n${text}\n\`\`\`\n`;
const group = (list, key) => Map.groupBy(list, (r) => r[key]);
const most = Math.max(...records.map((r) => r.threads));

/** A case in one line: Myelin on one thread and on all, and the best that others do. */
function line(suite, name, rows) {
  const own = (engine, threads) => rows.find((r) => r.engine === engine && r.threads === threads);
  const [one, all, turbo] = [own('myelin', 1), own('myelin', most), own('myelin-turbo', most)];
  if (!one || !all) return [];
  const others = rows.filter((r) => !r.engine.startsWith('myelin') && r.engine !== 'node' && r.median > 0);
  const best = others.reduce((a, b) => (a && better(a.unit, a.median, b.median) >= 1 ? a : b), undefined);
  const ahead = best && Math.max(better(one.unit, one.median, best.median), better(one.unit, all.median, best.median));
  const peak = one.ratioToPeak === null ? '' : one.unit === 'ns/element' ? `${show(one.ratioToPeak)} ops` : `${(100 * one.ratioToPeak).toFixed(0)} %`;
  const gain = one.median > 0 ? show(better(one.unit, all.median, one.median)) : '';
  const cells = [
    suite,
    name,
    `${show(one.median)} ${one.unit}`,
    peak,
    show(all.median),
    gain,
    turbo ? show(turbo.median) : '',
    best ? `${best.engine} ×${best.threads}: ${show(best.median)}` : '',
    best ? show(ahead) : '',
  ];
  return [`| ${cells.join(' | ')} |`];
}

const cases = [...group(records, 'suite')].flatMap(([suite, own]) => [...group(own, 'case')].map(([name, rows]) => [suite, name, rows]));
const copying = (words) => median(Array.from({ length: 15 }, copyMeter(words)));
const where = Object.entries(await profiles()).map(([name, tables]) => `**${name}**\n\n${tables.map(block).join('\n')}`);

console.log(`# Benchmarks

Written by [bench/document.mjs](../bench/document.mjs) from the records of \`npm run bench\` on commit ${basename(file, '.json')}: ${cpus().length} cores (${cpus()[0].model.trim()}), Node ${node}.
When it was written, one core did ${peakMeters().fma(20).toFixed(1)} GFLOP/s of multiply-adds in WebAssembly and copied arrays of 4 MB at
${(copying(1e6) / 1e6).toFixed(1)} GB/s, of 64 MB at ${(copying(16e6) / 1e6).toFixed(1)}. The machine is virtual and shared: a tenth up or down between runs is usual.
[performance.md](performance.md) says what holds the figures where they are.

## In short

"Of peak": the rate beside one core's multiply-adds, measured in the same process; for functions, the time of one in operations of
that peak. "Ahead": how many times better Myelin, without turbo and on one thread or ${most}, is than the best of the others.

| suite | case | one thread | of peak | ${most} threads | times | turbo, ${most} | the best of others | ahead |
|---|---|---|---|---|---|---|---|---|
${cases.flatMap((item) => line(...item)).join('\n')}

## Profiles

${where.join('\n')}
## All engines

${cases.map(([suite, name, rows]) => `**${suite}: ${name}**\n\n${block(caseTable(rows))}`).join('\n')}`);
process.exit(0); // the engine's worker may still be starting threads

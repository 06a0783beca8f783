// `node bench/document.mjs record/COMMIT.json > docs/benchmarks.md`: what the records of a commit say, with the machine and the profiles
// of three networks. Run it with the Node that the records were made with, 21 or later.
import { cpus } from 'node:os';
import { basename } from 'node:path';
import { copying, peakMeters } from './peak.mjs';
import { profiles } from './profile.mjs';
import { read } from './record.mjs';
import { caseTable } from './table.mjs';

const [file] = process.argv.slice(2);
const records = read(file);
const node = [...new Set(records.map((r) => r.node))].join(', ');
const block = (text) => `\`\`\`text\n${text}\n\`\`\`\n`;

const group = (list, key) => Map.groupBy(list, (r) => r[key]);
const suites = [...group(records, 'suite')].map(([suite, own]) => {
  const cases = [...group(own, 'case')].map(([name, rows]) => `**${name}**\n\n${block(caseTable(rows))}`);
  return `## Suite \`${suite}\`\n\n${cases.join('\n')}`;
});
const where = Object.entries(await profiles()).map(([name, table]) => `**${name}**, one thread\n\n${block(table)}`);

console.log(`# Benchmarks

Written by [bench/document.mjs](../bench/document.mjs) from the records of \`npm run bench\`, on commit ${basename(file, '.json')}: ${cpus().length} cores (${cpus()[0].model.trim()}), Node ${node}.
When it was written, one core did ${(peakMeters().fma(20)).toFixed(1)} GFLOP/s of multiply-adds in WebAssembly and copied ${(copying(1e6) / 1e6).toFixed(1)} GB/s. The machine is virtual and shared: a tenth
up or down between runs is usual. [performance.md](performance.md) says what holds the figures where they are.

${suites.join('\n')}
## Profiles

${where.join('\n')}`);
process.exit(0);

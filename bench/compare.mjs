// Compares two record files: `node bench/compare.mjs before.json after.json [--floor 0.05]`. A change counts when it is larger than
// the noise of both (the spread of their processes) and than the floor. Where both know the ratio to the machine's peak, that is what
// is compared, so that records of a faster and a slower hour can be told apart from faster and slower code.
// Ends with 1 when Myelin became slower anywhere.
import { parseArgs } from 'node:util';
import { better, read } from './record.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { floor: { type: 'string', default: '0.05' } } });
if (positionals.length !== 2) {
  console.error('two record files: node bench/compare.mjs before.json after.json');
  process.exit(2);
}

const key = (r) => [r.suite, r.case, r.engine, `×${r.threads}`, r.node].join(' · ');

/** How far the processes of a record lie apart, as a part of their median. */
const noise = (r) => (r.median === 0 ? 0 : (r.max - r.min) / Math.abs(r.median));

/** How many times better the second record is. */
function change(before, after) {
  if (before.ratioToPeak === null || after.ratioToPeak === null) return better(before.unit, after.median, before.median);
  const times = after.ratioToPeak / before.ratioToPeak;
  // The ratio of arithmetic grows as it gets better, whatever the unit; that of time per element shrinks.
  return before.unit === 'ns/element' ? 1 / times : times;
}

const [before, after] = positionals.map(read);
const old = new Map(before.map((record) => [key(record), record]));
const counts = { better: 0, worse: 0, same: 0, new: 0 };
let slower = 0;
for (const record of after) {
  const previous = old.get(key(record));
  if (!previous) {
    counts.new++;
    continue;
  }
  const times = change(previous, record);
  const limit = Math.max(Number(values.floor), noise(previous), noise(record));
  if (!(Math.abs(Math.log(times)) > Math.log(1 + limit))) {
    counts.same++;
    continue;
  }
  const good = times > 1;
  counts[good ? 'better' : 'worse']++;
  if (!good && record.engine.startsWith('myelin')) slower++;
  console.log(`${good ? 'better' : 'WORSE '} ${(good ? times : 1 / times).toFixed(2)}×  ${key(record)}: ${previous.median} → ${record.median} ${record.unit} (noise ${(limit * 100).toFixed(0)} %)`);
}
console.log(`${counts.better} better, ${counts.worse} worse, ${counts.same} the same within noise, ${counts.new} new`);
process.exitCode = slower ? 1 : 0;

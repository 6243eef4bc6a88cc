// Prints the results of the suites: a row per scenario and a column per run, then each failed or
// warned check once, and the number of skipped checks. Fails if there is a failure or a warning.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const results = process.argv[2];
const runs = readdirSync(results).sort();
const counted = new Map(); // scenario → run → number of checks by status
const complaints = new Map(); // text → runs
const skipped = new Map(); // scenario → runs → number of checks

const nothing = () => ({ SUCCESS: 0, FAILURE: 0, WARNING: 0, SKIPPED: 0, INFO: 0 });
const at = (map, key, make) => map.get(key) ?? map.set(key, make()).get(key);

const checksIn = folder => {
  try {
    return JSON.parse(readFileSync(join(folder, 'checks.json'), 'utf8'));
  } catch (error) {
    return [{ status: 'FAILURE', name: 'the scenario broke off', errorMessage: error.message }];
  }
};

for (const run of runs) {
  for (const folder of readdirSync(join(results, run)).sort()) {
    const scenario = folder.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
    const counts = at(at(counted, scenario, () => new Map()), run, nothing);
    for (const { status, name, errorMessage } of checksIn(join(results, run, folder))) {
      counts[status] += 1;
      const text = `${status} ${scenario} ${name}: ${errorMessage ?? ''}`;
      if (status === 'FAILURE' || status === 'WARNING') at(complaints, text, () => []).push(run);
      if (status === 'SKIPPED') at(skipped, scenario, () => new Set()).add(name);
    }
  }
}

const cell = counts => counts ? `${counts.SUCCESS}/${counts.FAILURE}/${counts.WARNING}` : '';
const total = run => {
  const sum = nothing();
  for (const byRun of counted.values()) for (const status in sum) sum[status] += byRun.get(run)?.[status] ?? 0;
  return cell(sum);
};
const rows = [
  ['passed/failed/warnings', ...runs],
  ...[...counted].sort().map(([scenario, byRun]) => [scenario, ...runs.map(run => cell(byRun.get(run)))]),
  ['all', ...runs.map(total)],
];
const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)));
for (const row of rows) console.log(row.map((text, column) => text.padEnd(widths[column])).join('  ').trimEnd());

console.log();
for (const [scenario, names] of skipped) console.log(`left out by the suite: ${names.size} of the checks of ${scenario}`);
for (const [text, runs] of complaints) console.log(`${text} (${runs.join(', ')})`);
const bad = [...counted.values()].filter(byRun => [...byRun.values()].some(counts => counts.FAILURE + counts.WARNING > 0));
console.log(`${counted.size - bad.length} of ${counted.size} scenarios without failure or warning`);
process.exitCode = complaints.size > 0 || counted.size === 0 ? 1 : 0;

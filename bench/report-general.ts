/** Sections of the report beyond the account problem: general quadratic programs, and integers. */
import type { GeneralQpSummary, SolverFigures } from './general-qp.ts';
import type { IntegerFigures } from './integers.ts';
import { listed, markdownTable, rounded, whole } from './markdown.ts';

const NAMES_SHOWN = 8;

export function generalSection(summary: GeneralQpSummary, versions: string): string {
  const { source, problems, refused, skipped, timeLimitSeconds, figures } = summary;
  const tolerances = [...new Set(figures.map(({ tolerance }) => tolerance))];
  const parts = tolerances.map((tolerance) => {
    const own = figures.filter((one) => one.tolerance === tolerance);
    const table = markdownTable(
      ['rank', 'solver', 'solved', 'solved %', 'mean ms', 'not solved'],
      own.map((one, rank) => [
        String(rank + 1),
        one.solver,
        `${String(one.solved)} of ${String(problems)}`,
        one.successPercent.toFixed(1),
        rounded(one.shiftedMeanMilliseconds),
        shortened(one.failures),
      ]),
      2,
    );
    return `### At ${tolerance.toExponential(0)}\n\n${lossesOf(own)}\n\n${table}`;
  });
  return `${String(problems)} problems of \`${source}\`${refused.length === 0 ? '' : ` (${String(refused.length)} more refused by the reader: ${listed(refused.map(({ name }) => name))})`}. Every solver is asked for an absolute accuracy, and one checker judges
its primal residual, dual residual and gap from the problem as it was read; what a solver says of itself does not count. *Mean* is
the shifted geometric mean (10 ms) of setup and solution, with the limit of ${String(timeLimitSeconds)} s for what is not solved. The order is the
ranking: most solved, then the shorter mean.${skipped === '' ? '' : ` Left out: ${skipped}.`} ${versions}

${parts.join('\n')}`;
}

/** What others solve and ours does not, and how the times compare. */
function lossesOf(ranking: readonly SolverFigures[]): string {
  const ours = ranking.find(({ solver }) => solver === 'ours');
  const peers = ranking.filter(({ solver }) => solver !== 'ours');
  if (ours === undefined || peers.length === 0) return 'No peer to compare with.';
  const lost = ours.failures.filter((name) =>
    peers.some(({ failures }) => !failures.includes(name)),
  );
  const won = peers.map(({ solver, failures }) => {
    const count = failures.filter((name) => !ours.failures.includes(name)).length;
    return `${solver} ${String(count)}`;
  });
  const faster = peers
    .filter((peer) => peer.shiftedMeanMilliseconds < ours.shiftedMeanMilliseconds)
    .map((peer) => {
      const ratio = ours.shiftedMeanMilliseconds / peer.shiftedMeanMilliseconds;
      return `${peer.solver} (${rounded(ratio)} times)`;
    });
  const place = ranking.indexOf(ours) + 1;
  return (
    `Ours is number ${String(place)} of ${String(ranking.length)}. A peer solves and ours does not: ${shortened(lost)}. ` +
    `Ours solves and a peer does not: ${listed(won)}. Faster in the mean: ${listed(faster)}.`
  );
}

function shortened(names: readonly string[]): string {
  if (names.length <= NAMES_SHOWN) return listed(names);
  return `${names.slice(0, NAMES_SHOWN).join(', ')} and ${String(names.length - NAMES_SHOWN)} more`;
}

export function integersSection({ isPublic, sets, trades }: IntegerFigures): string {
  const setTable = markdownTable(
    ['names', 'proved', 'total s', 'median ms', 'largest ms', 'nodes', 'split ms'],
    sets.map((set) => [
      String(set.names),
      `${String(set.proved)} of ${String(set.values)}`,
      rounded(set.totalSeconds),
      rounded(set.medianMilliseconds),
      rounded(set.largestMilliseconds),
      whole(set.nodes),
      rounded(set.splitMilliseconds),
    ]),
  );
  const proved = sets.reduce((sum, set) => sum + set.proved, 0);
  const values = sets.reduce((sum, set) => sum + set.values, 0);
  const tradeTable = markdownTable(
    [
      'instance',
      'accounts',
      'time / one solve',
      'trades before',
      'after',
      'mean distance to the bound, bp',
    ],
    trades.map((one) => [
      one.instance,
      whole(one.accounts),
      rounded(one.timeRatio),
      rounded(one.tradesBefore),
      rounded(one.tradesAfter),
      rounded(one.gapBps),
    ]),
  );
  const sources = isPublic ? 'the five OR-Library frontier sets' : 'generated sets';
  return `At most ten names of at least 1 % on ${sources}, values of lambda along the frontier, each proved to 1e-7 of the
value; one thread. ${String(proved)} of ${String(values)} are proved.

${setTable}${trades.length === 0 ? '' : `\nTrades of at least 5 bp, fast method with warm solves:\n\n${tradeTable}`}`;
}

/** Sections of the report on single accounts: accuracy, time beside peers, growth. */
import type { AccountEngineFigures } from './account-engine.ts';
import type { AccountPeerFigures, AccountPeerSummary } from './account-peers.ts';
import type { AccuracySummary } from './accuracy.ts';
import { GROWTH_AXES, GROWTH_SERIES, type GrowthSummary } from './growth-figures.ts';
import { listed, markdownTable, middleOf, NOTHING, rounded, whole, worst } from './markdown.ts';

export const ACCURACY_GOAL = { gap: 1e-9, violation: 1e-10, problems: 10_000 } as const;
export const PEER_GOAL = 10;

export function accuracySection({ bands, peers }: AccuracySummary): string {
  const sum = (value: (band: (typeof bands)[number]) => number): number =>
    bands.reduce((total, band) => total + value(band), 0);
  const gap = Math.max(...bands.map((band) => band.worstRelativeGap));
  const violation = Math.max(...bands.map((band) => band.worstViolation));
  const infeasible = sum((band) => band.infeasible);
  const confirmed = sum((band) => band.confirmed);
  const bandTable = markdownTable(
    [
      'names',
      'problems',
      'optimal',
      'infeasible',
      'confirmed',
      'unproved',
      'worst gap',
      'worst violation',
      'second engine',
    ],
    bands.map((band) => [
      band.names,
      whole(band.problems),
      whole(band.optimal),
      whole(band.infeasible),
      whole(band.confirmed),
      whole(band.unproved.length),
      worst(band.worstRelativeGap),
      worst(band.worstViolation),
      whole(band.fellBack),
    ]),
  );
  const peerTable = markdownTable(
    ['peer', 'compared', 'peer failed', 'worst difference', 'beyond 1e-7'],
    peers.map((peer) => [
      peer.peer,
      whole(peer.compared),
      whole(peer.failed),
      worst(peer.worstDifference),
      whole(peer.disagreements.length),
    ]),
  );
  const isMet =
    gap <= ACCURACY_GOAL.gap &&
    violation <= ACCURACY_GOAL.violation &&
    sum((band) => band.problems) >= ACCURACY_GOAL.problems;
  return `${whole(sum((band) => band.problems))} random accounts with and without costs and tax lots, with rows from wide to
tight, equal, repeated and dependent, with names that are copies of each other, names without variance, fixed names and
rows out of reach; the seed is a million times the number of the size band plus the number of the problem. Worst gap relative to one plus the value ${worst(gap)}, worst violation of a row or box ${worst(violation)}, both by
the certificate, which shares no code with the engines. Goal: gap ${String(ACCURACY_GOAL.gap)}, violation ${String(ACCURACY_GOAL.violation)} on
${whole(ACCURACY_GOAL.problems)} problems: ${isMet ? 'met' : '**missed**'}.

Of ${whole(infeasible)} accounts said to be infeasible, HiGHS confirms ${confirmed === infeasible ? 'every one' : `**only ${whole(confirmed)}**`} as a linear program. *Unproved*: neither an
optimum nor a contradiction was proved, and the answer says so. *Second engine*: proved by the interior-point method.

${bandTable}
Values on a sample of at most 100 names, difference relative to one plus the value:

${peerTable}`;
}

export function engineSection({
  seed,
  instances,
}: {
  readonly seed: number;
  readonly instances: readonly AccountEngineFigures[];
}): string {
  const table = markdownTable(
    [
      'instance',
      'cold ms',
      'p99',
      'steps',
      'warm ms',
      'p99',
      'steps',
      'TypeScript cold ms',
      'gap',
      'violation',
      'failed',
    ],
    instances.map((one) => [
      one.instance,
      rounded(one.cold.median),
      rounded(one.cold.p99),
      one.iterations.cold.toFixed(1),
      rounded(one.warm.median),
      rounded(one.warm.p99),
      one.iterations.warm.toFixed(1),
      rounded(one.typescript),
      worst(one.gapMax),
      worst(one.violationMax),
      whole(one.failures),
    ]),
  );
  return `The account engine alone on the seeded instances (\`bench/instances\`, seed ${String(seed)}), one thread, without certificate.
*Cold* begins without prices, *warm* from the account's own prices of the day before, after every name moved by about 1 %.
Median and 99th percentile are over accounts, each with the least of several repetitions. *TypeScript* is the same loop without
WebAssembly.

${table}`;
}

export function peersSection(summary: AccountPeerSummary, versions: string): string {
  const { tolerance, timeLimitSeconds, skipped, instances } = summary;
  const solvers = [...new Set(instances.flatMap(({ peers }) => peers.map(({ solver }) => solver)))];
  const table = markdownTable(
    [
      'instance',
      'optimize() ms',
      'engine ms',
      ...solvers,
      'best peer / optimize()',
      'best peer / engine',
    ],
    instances.map((one) => {
      const best = bestPeer(one);
      const cells = solvers.map((solver) => peerCell(one, solver));
      const ratios =
        best === null
          ? [NOTHING, NOTHING]
          : [one.oursMilliseconds, one.engineMilliseconds].map((ours) =>
              rounded(best.milliseconds / ours),
            );
      return [
        one.instance,
        rounded(one.oursMilliseconds),
        rounded(one.engineMilliseconds),
        ...cells,
        ...ratios,
      ];
    }),
  );
  return `The same account for all, one thread, milliseconds of setup and solution. *optimize()* goes from the problem to a
proved answer and keeps the risk models it saw last, so that it knows this one from the call before; *engine* is one of many
accounts of a risk model that is set up once, without the certificate. The peers
get the account as a sparse quadratic program, ready made, their setup counts, and they are asked for ${tolerance.toExponential()} (limit ${String(timeLimitSeconds)} s); ours goes to 1e-9 relative
or better. quadprog is dense and takes no costs. \`!\` marks a failure, the time limit or another value, and does not count as
best.${skipped === '' ? '' : ` Left out: ${skipped}.`} ${versions}

${peerVerdict(instances)}

${table}`;
}

interface BestPeer {
  readonly solver: string;
  readonly milliseconds: number;
}

/** @param isSetupCounted without it the fastest once set up, as for accounts that differ in few numbers */
function bestPeer({ peers }: AccountPeerFigures, isSetupCounted = true): BestPeer | null {
  const times = peers
    .filter(({ isSame }) => isSame)
    .map(({ solver, setupMilliseconds, solveMilliseconds }) => {
      const milliseconds = solveMilliseconds + (isSetupCounted ? setupMilliseconds : 0);
      return { solver, milliseconds };
    })
    .sort((a, b) => a.milliseconds - b.milliseconds);
  return times[0] ?? null;
}

function peerCell({ peers }: AccountPeerFigures, solver: string): string {
  const peer = peers.find((one) => one.solver === solver);
  if (peer === undefined) return NOTHING;
  // What did not finish has no time: infinity is null in JSON.
  const { setupMilliseconds, solveMilliseconds, isSame } = peer as {
    readonly setupMilliseconds: number | null;
    readonly solveMilliseconds: number | null;
    readonly isSame: boolean;
  };
  if (setupMilliseconds === null || solveMilliseconds === null) return 'failed !';
  return `${rounded(setupMilliseconds + solveMilliseconds)}${isSame ? '' : ' !'}`;
}

/** Where the goal is met, where it is not, and where a peer is faster. */
function peerVerdict(instances: readonly AccountPeerFigures[]): string {
  const verdictOf = (
    label: string,
    oursOf: (one: AccountPeerFigures) => number,
    isSetupCounted = true,
  ): string => {
    const ratios = instances.flatMap((one) => {
      const best = bestPeer(one, isSetupCounted);
      if (best === null) return [];
      const ratio = best.milliseconds / oursOf(one);
      return [{ instance: one.instance, solver: best.solver, ratio }];
    });
    if (ratios.length === 0) return `${label}: no peer to compare with.`;
    const values = ratios.map(({ ratio }) => ratio);
    const met = values.filter((ratio) => ratio >= PEER_GOAL).length;
    const lost = ratios
      .filter(({ ratio }) => ratio < 1)
      .map(({ instance, solver }) => `${instance} (${solver})`);
    return (
      `${label}: the best peer takes ${rounded(Math.min(...values))} to ${rounded(Math.max(...values))} times as long, median ` +
      `${rounded(middleOf(values))}; ${String(PEER_GOAL)} times or more on ${String(met)} of ${String(values.length)} instances. ` +
      `A peer is faster on: ${listed(lost)}.`
    );
  };
  return [
    verdictOf('- *optimize()*', ({ oursMilliseconds }) => oursMilliseconds),
    verdictOf(
      "- *optimize()* against the peers' solution alone, their setup not counted",
      ({ oursMilliseconds }) => oursMilliseconds,
      false,
    ),
    verdictOf('- *engine*', ({ engineMilliseconds }) => engineMilliseconds),
  ].join('\n');
}

export function growthSection(summary: GrowthSummary): string {
  const { accounts, repetitions, points, exponents, middle } = summary;
  const exponentTable = markdownTable(
    ['size', 'engine cold', 'warm', 'optimize() cold', 'warm', 'engine cold, larger half', 'warm'],
    exponents.map(({ axis, all, largerHalf }) => [
      axis,
      ...GROWTH_SERIES.map((series) => all[series].toFixed(2)),
      largerHalf.engineCold.toFixed(2),
      largerHalf.engineWarm.toFixed(2),
    ]),
  );
  const table = markdownTable(
    ['varied', 'size', 'engine cold ms', 'warm', 'optimize() cold ms', 'warm', 'accounts'],
    GROWTH_AXES.flatMap((axis) =>
      points
        .filter((point) => point.axis === axis)
        .map((point) => [
          axis,
          whole(point.size),
          ...GROWTH_SERIES.map((series) => rounded(point.milliseconds[series])),
          point.passedOver === 0
            ? String(point.accounts)
            : `${String(point.accounts)} (${String(point.passedOver)} passed over)`,
        ]),
    ),
  );
  return `![Milliseconds per account against names, factors, lots per holding and rows](account-growth.svg)

One size at a time about ${whole(middle.names)} names, ${whole(middle.factors)} factors, ${whole(middle.lots)} lots per holding and ${whole(middle.rows)} rows; one thread; median over
${String(accounts)} accounts of the least of ${String(repetitions)} repetitions. Accounts whose limits contradict each other, which few names under many rows
have, are passed over. *optimize()* knows the risk model from the account before.

Exponents are the slope of log time over log size (1 is linear; lots and rows count from one, with \`lots + 1\` and
\`rows + 1\`); *larger half* leaves out the small sizes, where fixed costs show.

${exponentTable}
${table}`;
}

/** Whole shares for given weights: the nearest in total money, without spending more than there is. */
import { assert } from '../../kernel/index.ts';
import type { IntegerProof } from '../../domain/index.ts';

export interface DiscreteAllocation {
  /** n; whole, >= 0. */
  readonly shares: Float64Array;
  /** Money not spent; >= 0. */
  readonly cash: number;
  /** Sum of |weight budget - price shares|, plus the cash left: what is minimized. */
  readonly deviation: number;
  readonly proof: IntegerProof;
}

export interface DiscreteAllocationOptions {
  /** Money to spend, > 0. */
  readonly budget: number;
  /** Decisions looked at before the best found so far is returned with its bound; default 200,000. */
  readonly nodesMax?: number;
}

const NODES_MAX = 200_000;

/** Rounding in sums of money, relative to the budget. */
const MONEY_ROUNDING = 1e-12;

interface Asset {
  readonly i: number;
  readonly price: number;
  /** Shares that fit into the asset's money, and the money they leave. */
  readonly floor: number;
  readonly rest: number;
}

interface Search {
  readonly assets: readonly Asset[];
  /** Cheapest first: from whose floors money can be freed. */
  readonly sources: readonly Asset[];
  readonly nodesMax: number;
  readonly rounding: number;
  nodes: number;
  bestGain: number;
  bestRaised: readonly number[];
  bestFreed: readonly number[];
  /** Largest gain that a branch given up could still have brought. */
  openGain: number;
}

/**
 * The whole shares nearest to given weights.
 *
 * @param weights n, >= 0, with a sum of at most one
 * @param prices  n, > 0, money per share
 * @throws AssertionError when a number is out of these ranges
 * @remarks Minimizes sum |w B - p x| + cash over whole x >= 0 with p x <= B, the integer program of
 *   PyPortfolioOpt's `DiscreteAllocation.lp_portfolio`. Relative to rounding every asset down, raising one by a
 *   share of which `rest` money is there gains 2 rest and needs the price; a further share gains nothing, and a
 *   share less costs twice its price and frees it once. So it is a knapsack of raises, which a share sold may
 *   help to fit; its relaxation takes them in order of rest / price.
 */
export function discreteAllocation(
  weights: Float64Array,
  prices: Float64Array,
  { budget, nodesMax }: DiscreteAllocationOptions,
): DiscreteAllocation {
  const n = weights.length;
  assert(prices.length === n, 'prices has one entry per weight');
  assert(budget > 0 && Number.isFinite(budget), 'the budget is above zero');
  assert(
    prices.every((p) => p > 0 && Number.isFinite(p)),
    'prices are above zero',
  );
  assert(
    weights.every((w) => w >= 0 && Number.isFinite(w)),
    'weights are not negative',
  );
  const total = weights.reduce((sum, w) => sum + w, 0);
  assert(total <= 1 + 1e-9, 'weights add up to at most one');
  const rounding = MONEY_ROUNDING * budget;
  const all = Array.from(weights, (w, i): Asset => {
    const price = prices[i] as number;
    // Money that is a whole number of shares up to rounding buys them all.
    const floor = Math.floor((w * budget + rounding) / price);
    return { i, price, floor, rest: Math.max(0, w * budget - floor * price) };
  });
  const spent = all.reduce((sum, { price, floor }) => sum + price * floor, 0);
  const search: Search = {
    assets: all
      .filter(({ rest }) => rest > 0)
      .sort((a, b) => b.rest / b.price - a.rest / a.price || a.i - b.i),
    sources: all.filter(({ floor }) => floor > 0).sort((a, b) => a.price - b.price || a.i - b.i),
    nodesMax: nodesMax ?? NODES_MAX,
    rounding,
    nodes: 0,
    bestGain: 0,
    bestRaised: [],
    bestFreed: [],
    openGain: 0,
  };
  const cash = budget - spent;
  greedy(search, cash);
  descend(search, { next: 0, cash, gain: 0, raised: [] });
  const shares = Float64Array.from(all, ({ floor }) => floor);
  for (const i of search.bestRaised) shares[i] = (shares[i] as number) + 1;
  for (const i of search.bestFreed) shares[i] = (shares[i] as number) - 1;
  return allocationOf({ weights, prices, budget, shares, search });
}

interface Found {
  readonly weights: Float64Array;
  readonly prices: Float64Array;
  readonly budget: number;
  readonly shares: Float64Array;
  readonly search: Search;
}

function allocationOf({ weights, prices, budget, shares, search }: Found): DiscreteAllocation {
  let spent = 0;
  let deviation = 0;
  shares.forEach((count, i) => {
    const money = count * (prices[i] as number);
    spent += money;
    deviation += Math.abs((weights[i] as number) * budget - money);
  });
  const cash = Math.max(0, budget - spent);
  const gap = Math.max(0, search.openGain - search.bestGain);
  return {
    shares,
    cash,
    deviation: deviation + cash,
    proof: {
      kind: gap <= search.rounding ? 'proved' : 'heuristic',
      bound: deviation + cash - gap,
      gap,
      nodes: search.nodes,
    },
  };
}

/** Raises in order of what a unit of money gains. */
function greedy(search: Search, cash: number): void {
  let left = cash;
  let gain = 0;
  const raised: number[] = [];
  for (const { i, price, rest } of search.assets) {
    if (price > left + search.rounding) continue;
    left -= price;
    gain += 2 * rest;
    raised.push(i);
  }
  search.bestGain = gain;
  search.bestRaised = raised;
}

interface Branch {
  readonly next: number;
  /** Below zero: money that shares sold must free. */
  readonly cash: number;
  readonly gain: number;
  readonly raised: readonly number[];
}

/** Depth first, on a stack; the raise before the pass. */
function descend(search: Search, root: Branch): void {
  const stack: Branch[] = [root];
  for (let branch = stack.pop(); branch !== undefined; branch = stack.pop()) {
    const most = mostGain(search, branch);
    if (most <= search.bestGain + search.rounding) continue;
    if (search.nodes >= search.nodesMax) {
      search.openGain = Math.max(search.openGain, most);
      continue;
    }
    search.nodes += 1;
    const asset = search.assets[branch.next];
    if (asset === undefined) {
      settle(search, branch);
      continue;
    }
    stack.push({ ...branch, next: branch.next + 1 });
    stack.push({
      next: branch.next + 1,
      cash: branch.cash - asset.price,
      gain: branch.gain + 2 * asset.rest,
      raised: [...branch.raised, asset.i],
    });
  }
}

/** Money short costs twice its amount; money over is spent on parts of the raises left. */
function mostGain(search: Search, { next, cash, gain }: Branch): number {
  if (cash < -search.rounding) return gain + 2 * cash;
  let left = Math.max(0, cash);
  let most = gain;
  for (let a = next; a < search.assets.length && left > 0; a += 1) {
    const { price, rest } = search.assets[a] as Asset;
    const part = Math.min(1, left / price);
    most += 2 * rest * part;
    left -= part * price;
  }
  return most;
}

/** Every raise decided: what is short is freed at least cost, or the branch does not fit. */
function settle(search: Search, branch: Branch): void {
  const short = -branch.cash;
  if (short <= search.rounding) {
    search.bestGain = branch.gain;
    search.bestRaised = branch.raised;
    search.bestFreed = [];
    return;
  }
  // One share of the cheapest source that covers it, or several cheapest ones: each money unit costs two.
  const worth = (branch.gain - search.bestGain) / 2;
  const freed = leastCover(search, branch, { short, worth });
  if (freed === null) return;
  search.bestGain = branch.gain - 2 * freed.money;
  search.bestRaised = branch.raised;
  search.bestFreed = freed.shares;
}

/** Least money of whole shares that covers `short`, below `worth`; bounded depth first. */
function leastCover(
  search: Search,
  branch: Branch,
  { short, worth }: { readonly short: number; readonly worth: number },
): { readonly money: number; readonly shares: readonly number[] } | null {
  let best: { money: number; shares: readonly number[] } | null = null;
  let limit = worth;
  const raised = new Set(branch.raised);
  const sources = search.sources.filter(({ i }) => !raised.has(i)).reverse();
  const stack: { at: number; money: number; shares: readonly number[] }[] = [
    { at: 0, money: 0, shares: [] },
  ];
  for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
    if (one.money >= limit - search.rounding) continue;
    if (one.money >= short - search.rounding) {
      limit = one.money;
      best = { money: one.money, shares: one.shares };
      continue;
    }
    const source = sources[one.at];
    if (source === undefined) continue;
    if (search.nodes >= search.nodesMax) {
      search.openGain = Math.max(search.openGain, branch.gain - 2 * short);
      break;
    }
    search.nodes += 1;
    stack.push({ ...one, at: one.at + 1 });
    const used = one.shares.filter((i) => i === source.i).length;
    if (used < source.floor) {
      stack.push({
        at: one.at,
        money: one.money + source.price,
        shares: [...one.shares, source.i],
      });
    }
  }
  return best;
}

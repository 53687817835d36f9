/** How the simulated broker behaves. Everything in it is data; the seed does the rest. */
export interface BrokerScenario {
  /** Orders in these symbols are rejected. */
  readonly rejectSymbols: readonly string[];
  /** Share of the other orders that is rejected, 0 to 1. */
  readonly rejectProbability: number;
  /** Share of the orders that the broker takes back after part of it filled, 0 to 1. */
  readonly cancelProbability: number;
  readonly sliceCountMax: number;
  /** Range of milliseconds from acceptance to the first fill. */
  readonly firstFillMs: readonly [number, number];
  readonly betweenFillsMs: readonly [number, number];
  readonly slippageBpsMax: number;
  /** A day order that is still open this long after its acceptance expires: the simulated day's end. */
  readonly orderLifeMs: number | null;
}

export const SCENARIOS = {
  /** Every order fills, in up to three executions, within about a second. */
  calm: {
    rejectSymbols: [],
    rejectProbability: 0,
    cancelProbability: 0,
    sliceCountMax: 3,
    firstFillMs: [50, 300],
    betweenFillsMs: [50, 300],
    slippageBpsMax: 3,
    orderLifeMs: null,
  },
  /** What a desk sees on a normal day: a few rejects and cancels among many fills. */
  typical: {
    rejectSymbols: [],
    rejectProbability: 0.02,
    cancelProbability: 0.02,
    sliceCountMax: 5,
    firstFillMs: [100, 1200],
    betweenFillsMs: [100, 1500],
    slippageBpsMax: 8,
    orderLifeMs: 60_000,
  },
  /** Much goes wrong. */
  rough: {
    rejectSymbols: [],
    rejectProbability: 0.15,
    cancelProbability: 0.15,
    sliceCountMax: 8,
    firstFillMs: [20, 2000],
    betweenFillsMs: [20, 2000],
    slippageBpsMax: 30,
    orderLifeMs: 30_000,
  },
} as const satisfies Record<string, BrokerScenario>;

export type ScenarioName = keyof typeof SCENARIOS;

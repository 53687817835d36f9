/**
 * The Newton matrix H = [I 0; 0 0] + G' T G, kept up to date by the names whose slack changed. Twin of
 * `kernels/assembly/newton-matrix.ts`.
 */
import { listNames, type EngineState } from './engine-state.ts';

/** Updates per name after which the matrix is built anew: rounding must not add up. */
const UPDATES_MAX = 4;

/** matrix += F' diag(v) F over the listed names, lower triangle. */
export function addToFactorBlock(state: EngineState, matrix: Float64Array): void {
  const { listed } = state;
  const { stride, factors } = state.model;
  for (let at = 0; at < listed.count; at += 1) {
    const from = (listed.names[at] as number) * stride;
    const v = listed.values[at] as number;
    for (let r = 0; r < stride; r += 1) {
      const scaled = v * (factors[from + r] as number);
      for (let c = 0; c <= r; c += 1) {
        matrix[r * stride + c] =
          (matrix[r * stride + c] as number) + scaled * (factors[from + c] as number);
      }
    }
  }
}

/** Row blocks += A diag(v) F and A diag(v) A' over the listed names. */
function addToRowBlocks(state: EngineState): void {
  const { listed, rowMatrix, rowSquare, rowCount: m } = state;
  const { stride, factors } = state.model;
  const { start, row, value } = state.account.rows;
  for (let at = 0; at < listed.count; at += 1) {
    const i = listed.names[at] as number;
    const first = start[i] as number;
    for (let entry = first; entry < (start[i + 1] as number); entry += 1) {
      const r = row[entry] as number;
      const scaled = (listed.values[at] as number) * (value[entry] as number);
      for (let c = 0; c < stride; c += 1) {
        const into = r * stride + c;
        rowMatrix[into] =
          (rowMatrix[into] as number) + scaled * (factors[i * stride + c] as number);
      }
      for (let other = first; other <= entry; other += 1) {
        const into = r * m + (row[other] as number);
        rowSquare[into] = (rowSquare[into] as number) + scaled * (value[other] as number);
      }
    }
  }
}

export function identityBlock(matrix: Float64Array, stride: number): void {
  matrix.fill(0);
  for (let v = 0; v < stride; v += 1) matrix[v * stride + v] = 1;
}

/**
 * From scratch at the present slacks. Where more than half of the names are inside, from `allInside`, the factor
 * block with every name inside, less the others.
 */
export function buildMatrix(state: EngineState, allInside: Float64Array | null): void {
  const { slack, slackIn, give, matrix, model } = state;
  state.counters.updates = 0;
  state.rowMatrix.fill(0);
  state.rowSquare.fill(0);
  state.insideCount.fill(0);
  slackIn.set(slack);
  let unlike = 0;
  for (let i = 0; i < model.assetCount; i += 1) if (slack[i] !== give[i]) unlike += 1;
  listNames(state, (i) => slack[i] as number);
  const inside = state.listed.count;
  for (let at = 0; at < inside; at += 1) countInside(state, state.listed.names[at] as number, 1);
  addToRowBlocks(state);
  if (allInside === null || unlike >= inside) {
    identityBlock(matrix, model.stride);
  } else {
    matrix.set(allInside);
    listNames(state, (i) => (slack[i] as number) - (give[i] as number));
  }
  addToFactorBlock(state, matrix);
}

/** Brings the matrix to the present slacks; from scratch where that is no dearer, or after many updates. */
export function updateMatrix(state: EngineState, allInside: Float64Array | null): void {
  const { slack, slackIn, listed, counters } = state;
  let inside = 0;
  for (const value of slack) if (value !== 0) inside += 1;
  listNames(state, (i) => (slack[i] as number) - (slackIn[i] as number));
  if (listed.count === 0) return;
  counters.updates += listed.count;
  if (listed.count >= inside || counters.updates > UPDATES_MAX * slack.length) {
    buildMatrix(state, allInside);
    return;
  }
  for (let at = 0; at < listed.count; at += 1) {
    const i = listed.names[at] as number;
    if (slackIn[i] === 0) countInside(state, i, 1);
    else if (slack[i] === 0) countInside(state, i, -1);
    slackIn[i] = slack[i] as number;
  }
  addToRowBlocks(state);
  addToFactorBlock(state, state.matrix);
}

/** A name came to lie inside a segment (+1) or left it (-1). */
function countInside({ account, insideCount }: EngineState, i: number, change: number): void {
  const { start, row } = account.rows;
  for (let e = start[i] as number; e < (start[i + 1] as number); e += 1) {
    const r = row[e] as number;
    insideCount[r] = (insideCount[r] as number) + change;
  }
}

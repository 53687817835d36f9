/** Impact costs c |w - held|^p as the largest of tangents, which are refined where the answers fall. */
import type { ConvexProblem } from '../mean-variance/convex-problem.ts';
import type { Line } from './scenario-program.ts';

/** First tangents, as shares of one unit of weight: impact costs matter most for small moves of large accounts. */
const FIRST_MOVES = [0.01, 0.1, 0.5];

type Lines = readonly (readonly Line[])[];

/** @returns first tangents of each asset, the level one at the holding among them; null without impact */
export function impactTangents(problem: ConvexProblem): Lines | null {
  if (problem.impact === null) return null;
  return problem.assets.map((_, i) => {
    if ((problem.impact?.coefficient[i] ?? 0) === 0) return [];
    const held = problem.current[i] as number;
    const points = [0, ...FIRST_MOVES.flatMap((move) => [move, -move])];
    return points.map((move) => tangentAt(problem, i, held + move));
  });
}

/** The lines with one more tangent per asset, at its weight. */
export function refineTangents(problem: ConvexProblem, lines: Lines, weights: Float64Array): Lines {
  return lines.map((own, i) =>
    own.length === 0 ? own : [...own, tangentAt(problem, i, weights[i] as number)],
  );
}

function impactAt({ impact, current }: ConvexProblem, i: number, w: number): number {
  if (impact === null) return 0;
  return (impact.coefficient[i] as number) * Math.abs(w - (current[i] as number)) ** impact.power;
}

function tangentAt(problem: ConvexProblem, i: number, w: number): Line {
  const { impact, current } = problem;
  if (impact === null) return { slope: 0, intercept: 0 };
  const away = w - (current[i] as number);
  const rate = (impact.coefficient[i] as number) * impact.power;
  const slope = Math.sign(away) * rate * Math.abs(away) ** (impact.power - 1);
  return { slope, intercept: impactAt(problem, i, w) - slope * w };
}

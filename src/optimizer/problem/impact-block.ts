import type { OptimizationProblem } from '../../domain/index.ts';

/** A slope of kappa |x - center|^(power - 1) away from the center: kappa is coefficient times power. */
export interface ImpactBlock {
  readonly kappa: Float64Array;
  readonly center: Float64Array;
  readonly power: number;
}

/** The slope of coefficient |x - current|^power is kappa |x - current|^(power - 1) with kappa = power coefficient. */
export function impactBlock(
  { impact, current }: OptimizationProblem,
  scale: number,
): ImpactBlock | null {
  if (impact === undefined || impact === null) return null;
  const { coefficient, power } = impact;
  return { kappa: coefficient.map((c) => c * power * scale), center: current, power };
}

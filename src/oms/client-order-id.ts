import { contentHash } from '../kernel/index.ts';
import type { ClientOrderId, PlacementId } from '../domain/index.ts';

/** The shortest ClOrdID (11) length that a broker profile allows. */
export const CLIENT_ORDER_ID_LENGTH_MAX = 20;

/**
 * The ClOrdID of one version of a placement: a function of the two, so that a retry or a restart makes the
 * same one and never another. 72 bits of SHA-256: one collision in 10^10 placements has odds of 1 in 100.
 */
export function clientOrderIdOf(placementId: PlacementId, version: number): ClientOrderId {
  const digits = contentHash([placementId, version]).slice(0, 18).toUpperCase();
  return `EK${digits}` as ClientOrderId;
}

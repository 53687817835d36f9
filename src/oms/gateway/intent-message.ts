import { assert, epochMilliseconds, type Clock } from '../../kernel/index.ts';
import type { Queryable } from '../../db/index.ts';
import type { ApplicationMessage } from '../../fix/index.ts';
import type { OutboxIntent } from '../oms-records.ts';
import { placementRecord, versionOf } from '../placements-postgres.ts';
import { cancelMessage, newOrderMessage, statusRequestMessage } from './fix-mapping.ts';

/** The FIX message that an intent asks for. Read without a lock: the terms of a placement do not change. */
export async function messageOf(
  db: Queryable,
  given: { readonly firmId: string; readonly intent: OutboxIntent; readonly clock: Clock },
): Promise<ApplicationMessage> {
  const { firmId, intent, clock } = given;
  const found = await placementRecord(db, firmId, intent.placementId);
  assert(found !== null, 'an intent has a placement');
  const { placement, referencePrice } = found;
  const now = epochMilliseconds(clock.instant());
  switch (intent.kind) {
    case 'newOrder':
      return newOrderMessage(placement, referencePrice, now);
    case 'statusRequest':
      return statusRequestMessage(placement);
    case 'cancel': {
      const { placementId, version } = intent;
      const request = await versionOf(db, firmId, { placementId, version });
      assert(request !== null, 'a cancel intent has a version of its own');
      return cancelMessage(placement, request.clientOrderId, now);
    }
  }
}

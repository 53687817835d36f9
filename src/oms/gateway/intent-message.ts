import { assert, type Clock } from '../../kernel/index.ts';
import type { Queryable } from '../../db/index.ts';
import {
  cancelRequestToFix,
  newOrderToFix,
  statusRequestToFix,
  type ApplicationMessage,
} from '../../fix/index.ts';
import type { OutboxIntent } from '../oms-records.ts';
import { placementRecord, versionOf } from '../placements-postgres.ts';

/** The FIX message that an intent asks for. Read without a lock: the terms of a placement do not change. */
export async function messageOf(
  db: Queryable,
  given: { readonly firmId: string; readonly intent: OutboxIntent; readonly clock: Clock },
): Promise<ApplicationMessage> {
  const { firmId, intent, clock } = given;
  const found = await placementRecord(db, firmId, intent.placementId);
  assert(found !== null, 'an intent has a placement');
  const { placement, referencePrice } = found;
  const transactTime = clock.instant();
  switch (intent.kind) {
    case 'newOrder':
      return newOrderToFix({ ...placement, referencePrice, transactTime });
    case 'statusRequest':
      return statusRequestToFix(placement);
    case 'cancel': {
      const { placementId, version } = intent;
      const request = await versionOf(db, firmId, { placementId, version });
      const original = request?.originalClientOrderId ?? null;
      assert(
        request !== null && original !== null,
        'a cancel intent has a version that names its order',
      );
      return cancelRequestToFix({
        ...placement,
        clientOrderId: request.clientOrderId,
        originalClientOrderId: original,
        transactTime,
      });
    }
  }
}

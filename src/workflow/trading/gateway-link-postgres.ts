/** Whether the gateway process has a live session with the broker: what it last wrote about itself. */
import type { Instant } from '../../kernel/index.ts';
import type { Queryable } from '../../db/index.ts';
import type { GatewayLink } from './trading-desk.ts';

/** A session whose owner let its lease lapse is down, whatever it wrote last. */
export async function readGatewayLink(
  database: Queryable,
  firmId: string,
  executingBroker: string,
): Promise<GatewayLink> {
  const { rows } = await database.query<{
    readonly is_up: boolean;
    readonly is_owned: boolean;
    readonly changed_at: Instant;
    readonly status_text: string | null;
  }>(
    `SELECT is_logged_on AND lease_until > now() AS is_up, lease_until > now() AS is_owned,
            changed_at, status_text
       FROM fix_session WHERE firm_id = $1 AND session_id = $2`,
    [firmId, executingBroker],
  );
  const row = rows[0];
  if (row === undefined)
    return { link: 'unknown', detail: 'no gateway has started', heardAt: null };
  const detail = row.is_owned ? row.status_text : 'no gateway process holds the session';
  return { link: row.is_up ? 'up' : 'down', detail, heardAt: row.changed_at };
}

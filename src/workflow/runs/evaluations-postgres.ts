/**
 * The evaluations of a run's compliance report. An edit evaluates everything again, but writes only what
 * came out different: the others stay in force, and what they replace stays readable.
 */
import { contentHash } from '../../kernel/index.ts';
import type { RuleEvaluation, RunId } from '../../domain/index.ts';
import { jsonParameter, type Queryable, type Transaction } from '../../db/index.ts';

interface EvaluationRow {
  readonly ordinal: number;
  readonly evaluation: RuleEvaluation;
}

function subjectIdOf(evaluation: RuleEvaluation): string {
  const { subject } = evaluation;
  switch (subject.kind) {
    case 'order':
      return subject.orderId;
    case 'account':
      return subject.accountId;
    case 'household':
      return subject.householdId;
    case 'firm':
      return 'firm';
  }
}

const EVALUATIONS_PER_STATEMENT = 2_000;

/**
 * Brings the stored evaluations to those of a new report.
 *
 * @param report.version counts the reports of the run, from 1
 */
export async function saveEvaluations(
  tx: Transaction,
  firmId: string,
  report: {
    readonly runId: RunId;
    readonly version: number;
    readonly evaluations: readonly RuleEvaluation[];
  },
): Promise<void> {
  const { rows } = await tx.query<{ readonly ordinal: number; readonly content_hash: string }>(
    `SELECT ordinal, content_hash FROM compliance_evaluation
      WHERE firm_id = $1 AND run_id = $2 AND to_version IS NULL`,
    [firmId, report.runId],
  );
  // Equal evaluations can occur more than once; each stored one answers for one new one.
  const stored = Map.groupBy(rows, (row) => row.content_hash);
  const added: { readonly hash: string; readonly evaluation: RuleEvaluation }[] = [];
  for (const evaluation of report.evaluations) {
    const hash = contentHash(evaluation);
    if (stored.get(hash)?.pop() === undefined) added.push({ hash, evaluation });
  }
  const gone = [...stored.values()].flat().map((row) => row.ordinal);
  if (gone.length > 0) {
    await tx.query(
      `UPDATE compliance_evaluation SET to_version = $3
        WHERE firm_id = $1 AND run_id = $2 AND ordinal = ANY ($4::integer[])`,
      [firmId, report.runId, report.version, gone],
    );
  }
  await insertEvaluations(tx, firmId, { ...report, added });
}

async function insertEvaluations(
  tx: Transaction,
  firmId: string,
  report: {
    readonly runId: RunId;
    readonly version: number;
    readonly added: readonly { readonly hash: string; readonly evaluation: RuleEvaluation }[];
  },
): Promise<void> {
  const { rows } = await tx.query<{ readonly last: number }>(
    `SELECT coalesce(max(ordinal), 0)::integer AS last FROM compliance_evaluation
      WHERE firm_id = $1 AND run_id = $2`,
    [firmId, report.runId],
  );
  const first = (rows[0]?.last ?? 0) + 1;
  for (let start = 0; start < report.added.length; start += EVALUATIONS_PER_STATEMENT) {
    const batch = report.added.slice(start, start + EVALUATIONS_PER_STATEMENT);
    await tx.query(
      `INSERT INTO compliance_evaluation (firm_id, run_id, ordinal, from_version, rule_id, title,
         severity, verdict, subject_kind, subject_id, order_ids, content_hash, evaluation)
       SELECT $1, $2, (r->>'ordinal')::integer, $3, e->>'ruleId', e->>'title', e->>'severity',
              e->>'verdict', e->'subject'->>'kind', r->>'subjectId',
              ARRAY (SELECT jsonb_array_elements_text(e->'orderIds')), r->>'hash', e
         FROM jsonb_array_elements($4::jsonb) AS r, LATERAL (SELECT r->'evaluation' AS e) AS part`,
      [
        firmId,
        report.runId,
        report.version,
        jsonParameter(
          batch.map(({ hash, evaluation }, index) => ({
            ordinal: first + start + index,
            hash,
            subjectId: subjectIdOf(evaluation),
            evaluation,
          })),
        ),
      ],
    );
  }
}

export interface EvaluationFilter {
  readonly runId: string;
  readonly verdict?: string | undefined;
  readonly severity?: string | undefined;
  readonly ruleId?: string | undefined;
  readonly orderId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
}

// An account's evaluations are its own and those of its orders.
const FILTER = `e.firm_id = $1 AND e.run_id = $2 AND e.to_version IS NULL
  AND ($3::text IS NULL OR e.verdict = $3) AND ($4::text IS NULL OR e.severity = $4)
  AND ($5::text IS NULL OR e.rule_id = $5) AND ($6::text IS NULL OR $6 = ANY (e.order_ids))
  AND ($7::text IS NULL OR (e.subject_kind = 'account' AND e.subject_id = $7)
       OR (e.subject_kind = 'order' AND EXISTS (
            SELECT 1 FROM run_order o
             WHERE o.firm_id = e.firm_id AND o.order_id = e.subject_id AND o.account_id = $7)))`;

function filterValues(firmId: string, filter: EvaluationFilter): unknown[] {
  return [
    firmId,
    filter.runId,
    filter.verdict ?? null,
    filter.severity ?? null,
    filter.ruleId ?? null,
    filter.orderId ?? null,
    filter.accountId ?? null,
  ];
}

/** In force, worst first by the order of writing. */
export async function listEvaluations(
  database: Queryable,
  firmId: string,
  filter: EvaluationFilter,
): Promise<{
  readonly items: readonly EvaluationRow[];
  readonly total: number;
}> {
  const values = filterValues(firmId, filter);
  const { rows } = await database.query<EvaluationRow>(
    `SELECT e.ordinal, e.evaluation FROM compliance_evaluation e
      WHERE ${FILTER} AND e.ordinal > $8 ORDER BY e.ordinal LIMIT $9`,
    [...values, filter.after ?? 0, filter.limit],
  );
  const count = await database.query<{ readonly count: number }>(
    `SELECT count(*) AS count FROM compliance_evaluation e WHERE ${FILTER}`,
    values,
  );
  return { items: rows, total: count.rows[0]?.count ?? 0 };
}

export interface RuleTally {
  readonly ruleId: string;
  readonly title: string;
  readonly severity: string;
  readonly pass: number;
  readonly fail: number;
  readonly couldNotCheck: number;
}

/** Verdicts per rule, by rule id. */
export async function tallyRules(
  database: Queryable,
  firmId: string,
  runId: string,
): Promise<readonly RuleTally[]> {
  const { rows } = await database.query<{
    readonly rule_id: string;
    readonly title: string;
    readonly severity: string;
    readonly pass: number;
    readonly fail: number;
    readonly could_not_check: number;
  }>(
    `SELECT rule_id, min(title) AS title, min(severity) AS severity,
            count(*) FILTER (WHERE verdict = 'pass') AS pass,
            count(*) FILTER (WHERE verdict = 'fail') AS fail,
            count(*) FILTER (WHERE verdict = 'couldNotCheck') AS could_not_check
       FROM compliance_evaluation
      WHERE firm_id = $1 AND run_id = $2 AND to_version IS NULL GROUP BY rule_id ORDER BY rule_id`,
    [firmId, runId],
  );
  return rows.map((row) => ({
    ruleId: row.rule_id,
    title: row.title,
    severity: row.severity,
    pass: row.pass,
    fail: row.fail,
    couldNotCheck: row.could_not_check,
  }));
}

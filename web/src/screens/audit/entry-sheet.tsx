import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { AuditEntryView, AuditProofView } from '../../../../src/api/contract/index.ts';
import { getJson } from '../../api/client.ts';
import { formatInstant } from '../../format/dates.ts';
import { formatCount } from '../../format/numbers.ts';
import { Facts, Section, Sheet } from '../../ui/screen.tsx';
import { ProblemBanner } from '../../ui/state.tsx';
import { rootOf } from './merkle.ts';
import { payloadDiff } from './payload-diff.ts';

interface ProofResult {
  readonly isIncluded: boolean;
  readonly proof: AuditProofView;
}

async function checkInclusion(entry: AuditEntryView, seq: number): Promise<ProofResult> {
  const proof = await getJson<AuditProofView>(`/v1/audit/${String(seq)}/proof`);
  const root = await rootOf({
    leafIndex: seq - 1,
    size: proof.size,
    leafHash: entry.leafHash,
    path: proof.path,
  });
  return { isIncluded: root !== null && root === proof.rootHash, proof };
}

function Inclusion(props: { readonly entry: AuditEntryView }) {
  const { entry } = props;
  const { seq } = entry;
  const check = useMutation({ mutationFn: (place: number) => checkInclusion(entry, place) });
  if (seq === null)
    return (
      <Section title="Proof">
        <p style={{ margin: 0 }}>Recorded; its place in the log follows within a second.</p>
      </Section>
    );
  return (
    <Section title="Proof">
      {check.data === undefined ? (
        <Button variant="default" loading={check.isPending} onClick={() => check.mutate(seq)}>
          Verify inclusion in this browser
        </Button>
      ) : check.data.isIncluded ? (
        <div className="ek-banner" data-tone="info" role="status">
          <p>
            <b>Included.</b> {formatCount(check.data.proof.path.length)} hashes lead from this entry
            to the root <span className="ek-mono">{check.data.proof.rootHash.slice(0, 16)}…</span>{' '}
            of {formatCount(check.data.proof.size)} entries, computed here.
          </p>
        </div>
      ) : (
        <div className="ek-banner" data-tone="bad" role="alert">
          <p>
            <b>Not included.</b> The proof does not lead to the root of the log. Keep this page and
            call whoever operates the server.
          </p>
        </div>
      )}
      {check.error === null ? null : <ProblemBanner error={check.error} />}
    </Section>
  );
}

function Changes(props: {
  readonly title: string;
  readonly before: unknown;
  readonly after: unknown;
}) {
  const changes = payloadDiff(props.before, props.after);
  return (
    <Section title={props.title}>
      {changes.length === 0 ? (
        <p style={{ margin: 0 }}>The same facts.</p>
      ) : (
        <table className="ek-table">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.path}>
                <td className="ek-mono" style={{ overflowWrap: 'anywhere' }}>
                  {change.path}
                </td>
                <td style={{ overflowWrap: 'anywhere' }}>
                  {change.before ?? <span className="ek-dim">absent</span>}
                </td>
                <td style={{ overflowWrap: 'anywhere' }}>
                  {change.after ?? <span className="ek-dim">absent</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

/** The before and after that an entry itself states, when it does. */
function statedChange(payload: unknown): { before: unknown; after: unknown } | null {
  return typeof payload === 'object' &&
    payload !== null &&
    'before' in payload &&
    'after' in payload
    ? { before: payload.before, after: payload.after }
    : null;
}

/** One entry: who, what, why, the facts, what changed, and the proof. */
export function EntrySheet(props: {
  readonly entry: AuditEntryView;
  /** The entry before it on the same subject, when there is one. */
  readonly previous: AuditEntryView | undefined;
  readonly onClose: () => void;
}) {
  const { entry } = props;
  const stated = statedChange(entry.payload);
  return (
    <Sheet
      isWide
      label="Audit entry"
      title={entry.seq === null ? entry.action : `${String(entry.seq)} · ${entry.action}`}
      subtitle={`${entry.actorName} · ${formatInstant(entry.recordedAt)} UTC`}
      onClose={props.onClose}
    >
      <Facts
        align="left"
        items={[
          [
            'Subject',
            <span key="s" className="ek-mono">{`${entry.subjectKind} ${entry.subjectId}`}</span>,
          ],
          entry.reasonCode === null && entry.reasonText === null
            ? null
            : [
                'Reason',
                [entry.reasonCode, entry.reasonText].filter((part) => part !== null).join(': '),
              ],
          ['Actor', entry.actor],
          entry.correlationId === null
            ? null
            : [
                'Run',
                <span key="r" className="ek-mono">
                  {entry.correlationId}
                </span>,
              ],
          [
            'Leaf hash',
            <span key="h" className="ek-mono">
              {entry.leafHash}
            </span>,
          ],
        ]}
      />
      <Inclusion key={entry.entryId} entry={entry} />
      {stated === null ? null : (
        <Changes title="What it changed" before={stated.before} after={stated.after} />
      )}
      {stated !== null || props.previous === undefined ? null : (
        <Changes
          title={`Against ${props.previous.action} of ${formatInstant(props.previous.recordedAt)} UTC`}
          before={props.previous.payload}
          after={entry.payload}
        />
      )}
      <Section title="Facts">
        <pre className="ek-json" tabIndex={0} aria-label="Facts of the entry">
          {JSON.stringify(entry.payload, null, 2)}
        </pre>
      </Section>
    </Sheet>
  );
}

import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { runQuery } from '../../api/queries.ts';
import { formatWeight } from '../../format/numbers.ts';
import { Section } from '../../ui/screen.tsx';

/** Drift before, intended and achieved of the runs that a reconciliation covers. */
export function DriftAfter(props: { readonly runIds: readonly string[] }) {
  const runs = useQueries({ queries: props.runIds.map((runId) => runQuery(runId)) });
  if (props.runIds.length === 0) return null;
  return (
    <Section title="Drift after: active share, averaged by value">
      <table className="ek-table">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col" className="ek-figure">
              Before
            </th>
            <th scope="col" className="ek-figure">
              Intended
            </th>
            <th scope="col" className="ek-figure">
              Achieved
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ data: run }, i) => (
            <tr key={props.runIds[i]}>
              <td>
                <Link to="/review" search={{ run: props.runIds[i] }}>
                  {run?.reason ?? props.runIds[i]}
                </Link>
              </td>
              <td className="ek-figure">{formatWeight(run?.totals?.activeShareBefore)}</td>
              <td className="ek-figure">{formatWeight(run?.totals?.activeShareAfter)}</td>
              <td className="ek-figure">{formatWeight(run?.totals?.activeShareAchieved)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

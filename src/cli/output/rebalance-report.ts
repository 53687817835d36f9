/** A run as one self-contained HTML page for people: readable on screen and paper, no script, no network. */
import type { AccountOutcome, ComplianceReport, RebalanceRun } from '../../domain/index.ts';
import { bindingText, conflictText, explainOrder } from '../../orders/index.ts';
import { findingLines } from './findings.ts';
import { totalsDocument } from './rebalance-document.ts';

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #8884; text-align: left; vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; }
dt { opacity: .7 } dd { margin: 0; font-variant-numeric: tabular-nums; }
@media print { details { break-inside: avoid } }`;

/** Accounts printed in full; the files beside the page carry all of them. */
const ACCOUNTS_SHOWN_MAX = 500;
/** Of an account's binding limits, those whose prices are highest. */
const LIMITS_SHOWN_MAX = 5;

export function rebalanceReport(run: RebalanceRun, report: ComplianceReport): string {
  const totals = totalsDocument(run, report);
  const facts: [string, string][] = [
    ['Run', run.runId],
    ['As of', run.asOfDate],
    ['Kind', run.rebalanceKind],
    ['Reason', run.reason],
    ['Snapshot', run.snapshotHash],
    ['Engine', run.engineVersion],
    ...Object.entries(totals).map(([name, value]): [string, string] => [
      name,
      String(value ?? 'n/a'),
    ]),
  ];
  const shown = run.accounts.slice(0, ACCOUNTS_SHOWN_MAX);
  const more =
    run.accounts.length > shown.length
      ? `<p>The first ${String(shown.length)} of ${String(run.accounts.length)} accounts; accounts.csv has all.</p>`
      : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rebalance ${escape(run.asOfDate)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head>
<body><h1>Rebalance of ${escape(run.asOfDate)}</h1>
<dl>${facts.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join('')}</dl>
${more}${shown.map(accountSection).join('\n')}</body></html>
`;
}

function accountSection(account: AccountOutcome): string {
  const drift = (value: AccountOutcome['driftBefore']): string =>
    value === null ? 'n/a' : `${(value.activeShare.toFloat() * 100).toFixed(2)} %`;
  const orders = account.orders
    .map(
      (order) =>
        `<tr><td>${escape(order.side)}</td><td>${escape(order.symbol)}</td><td class="number">${order.quantity.toString()}</td><td class="number">${order.estimatedPrice.toString()}</td><td class="number">${order.estimatedAmount.toFixed(2, 'halfEven')}</td><td>${escape(explainOrder(order))}</td></tr>`,
    )
    .join('');
  const table =
    orders === ''
      ? '<p>Nothing to do.</p>'
      : `<table><thead><tr><th>Side</th><th>Symbol</th><th class="number">Quantity</th><th class="number">Price</th><th class="number">Amount</th><th>Why</th></tr></thead><tbody>${orders}</tbody></table>`;
  const findings = findingLines(account.findings)
    .map((line) => `<li>${escape(line)}</li>`)
    .join('');
  return `<section><h2>${escape(account.accountId)} · ${account.status}</h2>
<p>Drift (active share) ${drift(account.driftBefore)} → ${drift(account.driftAfter)}; cash ${account.cashBefore.toFixed(2, 'halfEven')} → ${account.cashAfter.toFixed(2, 'halfEven')}.</p>
${findings === '' ? '' : `<ul>${findings}</ul>`}${proofSection(account)}${account.status === 'refused' ? '' : table}</section>`;
}

/** What the certificate proves and the limits that cost most; for a refused account, what cannot hold together. */
function proofSection(account: AccountOutcome): string {
  const { binding, certificate, conflict, planningTotal } = account;
  if (conflict.length > 0) {
    const lines = conflict.map((item) => `<li>${escape(conflictText(item))}</li>`);
    return `<p>These cannot hold together:</p><ul>${lines.join('')}</ul>`;
  }
  if (certificate === null) return '';
  const dearest = binding
    .toSorted((a, b) => Math.abs(b.shadowPrice) - Math.abs(a.shadowPrice))
    .slice(0, LIMITS_SHOWN_MAX)
    .map((item) => `<li>${escape(bindingText(item, planningTotal))}</li>`);
  const points = Math.max(0, certificate.gap) * 1e4;
  const gap =
    points < 1e-6 ? 'a millionth of a basis point' : `${points.toPrecision(2)} basis points`;
  return `<details><summary>Proved within ${gap} of the best, before rounding to whole shares</summary><ul>${dearest.join('')}</ul></details>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

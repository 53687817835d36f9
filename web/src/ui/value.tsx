import { isNegative, isZero } from '../format/decimal-text.ts';
import { formatGain } from '../format/numbers.ts';

const ARROW = { gain: '▲', loss: '▼', none: '' } as const;

/** Buy or sell as a word; the color only supports it. */
export function SideWord(props: { readonly side: string }) {
  return (
    <span className="ek-side" data-side={props.side}>
      {props.side === 'buy' ? 'Buy' : props.side === 'sell' ? 'Sell' : props.side}
    </span>
  );
}

/** A gain or loss: sign, arrow and color together, the exact figure on hover. */
export function GainFigure(props: { readonly amount: string | null | undefined }) {
  const { amount } = props;
  if (amount === null || amount === undefined) return <span className="ek-dim">n/a</span>;
  const sign = isZero(amount) ? 'none' : isNegative(amount) ? 'loss' : 'gain';
  return (
    <span className="ek-gain ek-figure" data-sign={sign} title={amount}>
      {ARROW[sign] === '' ? null : <span aria-hidden="true">{ARROW[sign]} </span>}
      {formatGain(amount)}
    </span>
  );
}

import { toPixels } from '../../format/decimal-text.ts';
import { formatQuantity } from '../../format/numbers.ts';

/** Filled of ordered, as a bar with the figures on it. */
export function FillBar(props: { readonly filled: string; readonly total: string }) {
  const total = toPixels(props.total);
  const share = total === 0 ? 0 : Math.min(1, toPixels(props.filled) / total);
  return (
    <span className="ek-fill" title={`${props.filled} of ${props.total}`}>
      <i style={{ width: `${String(share * 100)}%` }} aria-hidden="true" />
      <span>
        {formatQuantity(props.filled)} / {formatQuantity(props.total)}
      </span>
    </span>
  );
}

import type { ReactNode } from 'react';
import type { Tone } from './chip.tsx';

/** A count that is also a filter: pressed = only these rows. */
export function FilterTile(props: {
  readonly text: string;
  readonly count: string;
  readonly tone: Tone;
  readonly isOn: boolean;
  readonly onToggle: () => void;
}) {
  return (
    <button
      type="button"
      className="ek-tile"
      aria-pressed={props.isOn}
      data-tone={props.count === '0' ? 'neutral' : props.tone}
      onClick={props.onToggle}
    >
      <b>{props.count}</b>
      <span>{props.text}</span>
    </button>
  );
}

/** A figure with its name; the exact value on hover. */
export function FactTile(props: {
  readonly text: string;
  readonly children: ReactNode;
  readonly tone?: Tone;
  readonly title?: string | undefined;
}) {
  return (
    <div className="ek-tile" data-tone={props.tone ?? 'neutral'} title={props.title}>
      <b>{props.children}</b>
      <span>{props.text}</span>
    </div>
  );
}

import type { ReactNode } from 'react';

export type Tone = 'ok' | 'bad' | 'warn' | 'unknown' | 'info' | 'neutral';

/** A word in a box. The tone only supports the word; it never replaces it. */
export function Chip(props: {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly title?: string;
}) {
  return (
    <span className="ek-chip" data-tone={props.tone} title={props.title}>
      {props.children}
    </span>
  );
}

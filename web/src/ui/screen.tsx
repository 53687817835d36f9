import { ActionIcon } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { CloseIcon } from './icons.tsx';

/** The frame of every screen: title, one line under it, actions on the right, content that fills. */
export function Screen(props: {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${props.title} · Evenkeel`;
  }, [props.title]);
  return (
    <div className="ek-screen">
      <div className="ek-screen-head">
        <div>
          <h1>{props.title}</h1>
          {props.subtitle === undefined ? null : <p className="ek-screen-sub">{props.subtitle}</p>}
        </div>
        <div className="ek-screen-actions">{props.actions}</div>
      </div>
      {props.children}
    </div>
  );
}

/** The side sheet: details of one selected row, beside the grid and not over it. */
export function Sheet(props: {
  readonly title: ReactNode;
  readonly label: string;
  readonly subtitle?: ReactNode;
  readonly onClose?: () => void;
  readonly footer?: ReactNode;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <aside className="ek-sheet" aria-label={props.label} data-wide={props.isWide === true}>
      <div className="ek-sheet-head">
        <div style={{ minWidth: 0, flex: 1 }}>
          <h2>{props.title}</h2>
          {props.subtitle === undefined ? null : <p className="ek-screen-sub">{props.subtitle}</p>}
        </div>
        {props.onClose === undefined ? null : (
          <ActionIcon aria-label={`Close ${props.label.toLowerCase()}`} onClick={props.onClose}>
            <CloseIcon />
          </ActionIcon>
        )}
      </div>
      <div className="ek-sheet-body" tabIndex={0} role="group" aria-label={props.label}>
        {props.children}
      </div>
      {props.footer === undefined ? null : <div className="ek-sheet-foot">{props.footer}</div>}
    </aside>
  );
}

export function Section(props: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="ek-section">
      <h3>{props.title}</h3>
      {props.children}
    </section>
  );
}

/** Names and values. A value of null is left out. */
export function Facts(props: {
  readonly items: readonly (readonly [string, ReactNode] | null)[];
  readonly align?: 'left' | 'right';
}) {
  return (
    <dl className="ek-facts" data-align={props.align ?? 'right'}>
      {props.items.map((item) =>
        item === null ? null : (
          <div key={item[0]} style={{ display: 'contents' }}>
            <dt>{item[0]}</dt>
            <dd>{item[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

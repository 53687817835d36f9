import { Button, Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/problem.ts';

/** Nothing to show, and what that means or what to do. */
export function EmptyState(props: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="ek-state">
      <b>{props.title}</b>
      {props.children === undefined ? null : <p>{props.children}</p>}
      {props.action}
    </div>
  );
}

export function LoadingState(props: { readonly what: string }) {
  return (
    <div className="ek-state" role="status">
      <Loader size="sm" aria-hidden="true" />
      <span>Loading {props.what}…</span>
    </div>
  );
}

interface ProblemText {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly id: string | null;
  readonly causes: readonly string[];
}

/** What a thrown value says to a person: title, detail, code and an id to quote. */
export function problemText(error: unknown): ProblemText {
  if (error instanceof ApiProblem) {
    return {
      title: error.title,
      detail: error.detail,
      code: error.code,
      id: error.traceId,
      causes: error.causes,
    };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'Something failed in this page', detail, code: 'PAGE', id: null, causes: [] };
}

/** What went wrong, every cause at once, the code and the id to quote, and a way to try again. */
export function ErrorState(props: { readonly error: unknown; readonly onRetry?: () => void }) {
  const problem = problemText(props.error);
  return (
    <div className="ek-state" role="alert">
      <b>{problem.title}</b>
      <p>{problem.detail}</p>
      {problem.causes.length === 0 ? null : (
        <ul style={{ textAlign: 'left', margin: 0 }}>
          {problem.causes.map((cause) => (
            <li key={cause}>{cause}</li>
          ))}
        </ul>
      )}
      <p className="ek-mono">
        {problem.code}
        {problem.id === null ? '' : ` · id ${problem.id}`}
      </p>
      {props.onRetry === undefined ? null : (
        <Button variant="default" onClick={props.onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** The same in one line above content that is still usable. */
export function ProblemBanner(props: { readonly error: unknown }) {
  const problem = problemText(props.error);
  return (
    <div className="ek-banner" data-tone="bad" role="alert">
      <div>
        <p>
          <b>{problem.title}</b> {problem.detail}
        </p>
        {problem.causes.length === 0 ? null : (
          <ul className="ek-causes" tabIndex={0} aria-label="Every cause">
            {problem.causes.map((cause) => (
              <li key={cause}>{cause}</li>
            ))}
          </ul>
        )}
        <p className="ek-mono">
          {problem.code}
          {problem.id === null ? '' : ` · id ${problem.id}`}
        </p>
      </div>
    </div>
  );
}

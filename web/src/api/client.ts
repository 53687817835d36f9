/**
 * The one place that talks HTTP. Reads are GET; every unsafe request carries the session's CSRF token
 * and, where the contract asks for it, an idempotency key, so that a repeated send acts once.
 */
import type { Page } from '../../../src/api/contract/index.ts';
import { problemOf, unreachable } from './problem.ts';

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

let csrfToken: string | null = null;

/** Called when a session begins (token) and ends (null). */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** A fresh key: one per act of a person, kept across retries of that act. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function address(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of typeof value === 'string' ? [value] : value) parameters.append(name, one);
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

async function request<Answer>(path: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw unreachable();
  }
  if (!response.ok) throw await problemOf(response);
  // The contract's types describe the body; the server validates what it sends against them.
  return response.status === 204 ? (undefined as Answer) : ((await response.json()) as Answer);
}

/** Reads one resource. @throws ApiProblem */
export function getJson<Answer>(
  path: string,
  query: Query = {},
  signal?: AbortSignal,
): Promise<Answer> {
  return request(address(path, query), {
    headers: { accept: 'application/json' },
    ...(signal === undefined ? {} : { signal }),
  });
}

const PAGE_LIMIT = '5000';
const PAGE_COUNT_MAX = 200;

/** Reads every page of a list, in order: screens filter and sort what the firm has, not a fragment. */
export async function getAllPages<Item>(
  path: string,
  query: Query = {},
  signal?: AbortSignal,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGE_COUNT_MAX; page += 1) {
    const next: Page<Item> = await getJson(
      path,
      { ...query, limit: PAGE_LIMIT, ...(cursor === null ? {} : { cursor }) },
      signal,
    );
    for (const item of next.items) items.push(item);
    cursor = next.nextCursor;
    if (cursor === null) break;
  }
  return items;
}

export interface Send {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** ETag of what was on the screen; the server answers 412 when someone was faster. */
  readonly ifMatch?: string;
  readonly idempotencyKey?: string;
}

/** Sends a command. @throws ApiProblem */
export function send<Answer>(command: Send): Promise<Answer> {
  return request(command.path, {
    method: command.method,
    headers: {
      accept: 'application/json',
      ...(command.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(csrfToken === null ? {} : { 'x-csrf-token': csrfToken }),
      ...(command.ifMatch === undefined ? {} : { 'if-match': command.ifMatch }),
      ...(command.method === 'POST'
        ? { 'idempotency-key': command.idempotencyKey ?? newIdempotencyKey() }
        : {}),
    },
    ...(command.body === undefined ? {} : { body: JSON.stringify(command.body) }),
  });
}

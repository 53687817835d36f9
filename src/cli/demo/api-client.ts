/** A person's session with the HTTP API, as a browser would hold it. Used by the demo's story. */
import { randomUUID } from 'node:crypto';
import { session, type Session } from '../../api/contract/index.ts';

/** A problem document (RFC 9457) as an error. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

type RequestParts = readonly [method: string, path: string, body?: unknown, key?: string];

export class ApiClient {
  readonly #url: string;
  #cookie = '';
  #session: Session | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  get displayName(): string {
    return this.#session?.user.displayName ?? 'nobody';
  }

  async signIn(username: string, password: string): Promise<void> {
    const response = await this.#send('POST', '/v1/session', { username, password });
    this.#cookie = response.headers
      .getSetCookie()
      .map((c) => c.split(';')[0])
      .join('; ');
    this.#session = session.parse(await response.json());
  }

  async get<Body>(path: string): Promise<Body> {
    return (await (await this.#send('GET', path)).json()) as Body;
  }

  /** @param key the same key repeats a command without doing it twice */
  async post<Body>(path: string, body: unknown, key: string = randomUUID()): Promise<Body> {
    return (await (await this.#send('POST', path, body, key)).json()) as Body;
  }

  async #send(...[method, path, body, key]: RequestParts): Promise<Response> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...(this.#cookie === '' ? {} : { cookie: this.#cookie }),
        ...(this.#session === null ? {} : { 'x-csrf-token': this.#session.csrfToken }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    const text = await response.text();
    throw new ApiProblem(response.status, `${method} ${path}: ${text.slice(0, 600)}`);
  }
}

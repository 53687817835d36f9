import type { Problem } from '../../../src/api/contract/index.ts';

/** The server's refusal or fault (RFC 9457), with its closed code and the id to quote. */
export class ApiProblem extends Error {
  readonly title: string;
  readonly detail: string;
  readonly status: number;
  readonly code: string;
  readonly traceId: string | null;
  /** Every error at once, each as a sentence. */
  readonly causes: readonly string[];

  constructor(body: Pick<Problem, 'title' | 'detail' | 'status' | 'code'> & Partial<Problem>) {
    super(`${body.title}: ${body.detail}`);
    this.name = 'ApiProblem';
    this.title = body.title;
    this.detail = body.detail;
    this.status = body.status;
    this.code = body.code;
    this.traceId = body.traceId ?? null;
    this.causes = (body.errors ?? []).map((error) => {
      const place = error.parameter ?? error.pointer ?? error.orderId;
      return `${place === undefined || place === '' ? '' : `${place}: `}${error.message} [${error.code}]`;
    });
  }
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'title' in body &&
    typeof body.title === 'string' &&
    'code' in body &&
    typeof body.code === 'string'
  );
}

/** The problem in a reply; a reply that is none (a proxy's page, an empty body) becomes one. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  if (isProblem(body)) return new ApiProblem(body);
  return new ApiProblem({
    title: 'The server did not answer as expected',
    detail: `HTTP ${String(response.status)} ${response.statusText}. Check that the Evenkeel server is running, then try again.`,
    status: response.status,
    code: `HTTP_${String(response.status)}`,
  });
}

/** No answer at all. */
export function unreachable(): ApiProblem {
  return new ApiProblem({
    title: 'The server cannot be reached',
    detail: 'No answer from the Evenkeel server. Check that it is running, then try again.',
    status: 0,
    code: 'SERVER_UNREACHABLE',
  });
}

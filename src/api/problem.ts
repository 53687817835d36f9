/**
 * Every answer above 399 as RFC 9457 problem details.
 *
 *   AP1  no 4xx or 5xx has another body or another media type.
 *   AP2  all causes are in `errors`; `code` is of the catalog and decides the status.
 *   AP3  what went wrong inside is in the log under the trace id, never in the answer.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  isResponseSerializationError,
} from 'fastify-type-provider-zod';
import { catalog, errorFinding, type Code, type Finding } from '../domain/index.ts';
import { sqlStateOf, StoreError } from '../db/index.ts';
import type { Problem } from './contract/index.ts';

/** Thrown by handlers to answer with a refusal: the first finding decides the status. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    super(findings.map((finding) => finding.message).join('; '));
    this.findings = findings;
  }
}

/** An `ApiRefusal` of one finding. */
export function refuse(code: Code, message: string, pointer?: string): ApiRefusal {
  return new ApiRefusal([errorFinding(code, message, pointer === undefined ? {} : { pointer })]);
}

type ProblemError = Problem['errors'][number];

interface ProblemParts {
  readonly code: Code;
  readonly detail: string;
  readonly errors: readonly ProblemError[];
}

/** Sends a problem; the only place that does. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: ProblemParts,
): FastifyReply {
  const entry = catalog[parts.code];
  const problem: Problem = {
    type: `/docs/errors#${parts.code}`,
    title: entry.meaning,
    status: entry.httpStatus,
    detail: parts.detail,
    instance: request.url.split('?')[0] ?? request.url,
    code: parts.code,
    traceId: request.id,
    errors: [...parts.errors],
  };
  return reply
    .code(entry.httpStatus)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problem);
}

export function handleError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const parts = partsOf(error);
  if (catalog[parts.code].httpStatus >= 500) request.log.error({ err: error }, 'request failed');
  return sendProblem(request, reply, parts);
}

export function handleNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const detail = `${request.method} ${request.url.split('?')[0] ?? ''} is not part of this API`;
  return sendProblem(request, reply, { code: 'ROUTE_UNKNOWN', detail, errors: [] });
}

function partsOf(error: FastifyError): ProblemParts {
  if (error instanceof ApiRefusal) return refusalParts(error.findings);
  if (hasZodFastifySchemaValidationErrors(error)) return validationParts(error);
  if (isResponseSerializationError(error) || error instanceof StoreError) return faultParts(error);
  const code = FRAMEWORK_CODES[error.code];
  if (code !== undefined) return { code, detail: error.message, errors: [] };
  if (error.statusCode === 429) {
    return { code: 'REQUESTS_LIMITED', detail: 'too many requests', errors: [] };
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return { code: 'REQUEST_INVALID', detail: error.message, errors: [] };
  }
  return faultParts(error);
}

/** What Fastify itself refuses before a handler is reached. */
const FRAMEWORK_CODES: Readonly<Record<string, Code>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'JSON_INVALID',
  FST_ERR_CTP_INVALID_JSON_BODY: 'JSON_INVALID',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'REQUEST_INVALID',
};

export function refusalParts(findings: readonly Finding[]): ProblemParts {
  const [first] = findings;
  return {
    code: first?.code ?? 'INTERNAL_FAULT',
    detail: first?.message ?? 'refused without a reason',
    errors: findings.map((finding) => ({
      code: finding.code,
      message: finding.message,
      ...(finding.location.pointer === undefined ? {} : { pointer: finding.location.pointer }),
    })),
  };
}

function validationParts(
  error: FastifyError & {
    readonly validation: readonly { readonly instancePath: string; readonly message?: string }[];
  },
): ProblemParts {
  const place = error.validationContext ?? 'body';
  const errors = error.validation.map((issue): ProblemError => {
    const message = issue.message ?? 'invalid';
    return place === 'body'
      ? { pointer: issue.instancePath, code: 'REQUEST_INVALID', message }
      : {
          parameter: issue.instancePath.replace(/^\//, '') || place,
          code: 'REQUEST_INVALID',
          message,
        };
  });
  const count = errors.length === 1 ? '1 error' : `${String(errors.length)} errors`;
  return { code: 'REQUEST_INVALID', detail: `${count} in the ${place}`, errors };
}

function faultParts(error: Error): ProblemParts {
  const state = sqlStateOf(error);
  const isAway =
    (error instanceof StoreError && error.code === 'COMMIT_OUTCOME_UNKNOWN') ||
    (state !== null && (state.startsWith('08') || state.startsWith('57'))) ||
    /ECONNREFUSED|ENOENT.*\.s\.PGSQL/.test(error.message);
  return isAway
    ? { code: 'SERVICE_UNAVAILABLE', detail: 'the database cannot be reached now', errors: [] }
    : { code: 'INTERNAL_FAULT', detail: 'something of ours failed; see the log', errors: [] };
}

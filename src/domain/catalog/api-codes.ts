import type { CatalogEntry } from './entry.ts';

export const apiCodes = {
  SESSION_REQUIRED: {
    meaning: 'The request carries no session, or one that has ended.',
    advice: 'Sign in with POST /v1/session and send the cookie.',
    httpStatus: 401,
  },
  CREDENTIALS_WRONG: {
    meaning: 'The name or the password is wrong; which of them is not told.',
    advice: 'Check both and try again.',
    httpStatus: 401,
  },
  LOGIN_LIMITED: {
    meaning: 'Too many failed attempts for this name or from this address.',
    advice: 'Wait fifteen minutes.',
    httpStatus: 429,
  },
  PERMISSION_DENIED: {
    meaning: "None of the person's roles holds this action.",
    advice: 'Ask someone whose role does; GET /v1/session lists yours.',
    httpStatus: 403,
  },
  ORIGIN_REFUSED: {
    meaning: 'A changing request came from a page of another origin.',
    advice: 'Send it from the served page, or without an Origin header from a program.',
    httpStatus: 403,
  },
  CSRF_TOKEN_WRONG: {
    meaning: 'The X-CSRF-Token header is missing or is not that of the session.',
    advice: 'Send the csrfToken of GET /v1/session.',
    httpStatus: 403,
  },
  REQUEST_INVALID: {
    meaning: 'The request does not have the documented shape.',
    advice: 'Correct every entry of errors; each names its place.',
    httpStatus: 400,
  },
  JSON_INVALID: {
    meaning: 'The body is not JSON, nests too deep, or uses a forbidden key.',
    advice: 'Send one JSON document, at most 32 levels deep.',
    httpStatus: 400,
  },
  BODY_TOO_LARGE: {
    meaning: 'The body is larger than one megabyte.',
    advice: 'Send fewer items in one request.',
    httpStatus: 413,
  },
  MEDIA_TYPE_UNSUPPORTED: {
    meaning: 'The body is not application/json.',
    advice: 'Send Content-Type: application/json.',
    httpStatus: 415,
  },
  ROUTE_UNKNOWN: {
    meaning: 'There is no such path, or it does not take this method.',
    advice: 'See /openapi.json.',
    httpStatus: 404,
  },
  RESOURCE_UNKNOWN: {
    meaning: 'There is nothing with this identifier.',
    advice: 'Take the identifier from a listing.',
    httpStatus: 404,
  },
  REQUESTS_LIMITED: {
    meaning: 'Too many requests in a short time.',
    advice: 'Wait as long as Retry-After says.',
    httpStatus: 429,
  },
  IDEMPOTENCY_KEY_MISSING: {
    meaning:
      'A changing POST carries no Idempotency-Key, or one that is not 8 to 128 printable characters.',
    advice: 'Send a fresh random key, and the same one when you retry.',
    httpStatus: 400,
  },
  IDEMPOTENCY_KEY_REUSED: {
    meaning: 'This key was used before with another request.',
    advice: 'Use a new key for a new request.',
    httpStatus: 422,
  },
  IDEMPOTENCY_IN_PROGRESS: {
    meaning: 'The first request with this key is still running.',
    advice: 'Wait, then repeat it to get its answer.',
    httpStatus: 409,
  },
  PRECONDITION_REQUIRED: {
    meaning: 'Changing an order needs the version that was read, in If-Match.',
    advice: 'Send the etag of the order.',
    httpStatus: 428,
  },
  VERSION_CHANGED: {
    meaning: 'The order or the run has changed since it was read.',
    advice: 'Read it again, look at what changed, and decide anew.',
    httpStatus: 412,
  },
  CURSOR_INVALID: {
    meaning: 'The cursor is not one that this listing gave out.',
    advice: 'Start again without a cursor.',
    httpStatus: 400,
  },
  RUN_STATE_REFUSES: {
    meaning: 'The run is in a state in which this cannot be done.',
    advice: "See the run's state and permittedActions.",
    httpStatus: 409,
  },
  BOOKS_MOVED_ON: {
    meaning: "The books of the run's date have changed since it was computed.",
    advice: 'Start a new run on the present books and ask there.',
    httpStatus: 409,
  },
  ORDER_STATE_REFUSES: {
    meaning: 'The order is in a state in which this cannot be done.',
    advice: "See the order's state.",
    httpStatus: 409,
  },
  APPROVER_IS_PROPOSER: {
    meaning: 'The person who proposed a decision cannot approve it.',
    advice: 'Ask another person with the compliance role.',
    httpStatus: 403,
  },
  APPROVER_IS_EDITOR: {
    meaning: 'The person who edited an order cannot approve it.',
    advice: 'Ask another person with the compliance role.',
    httpStatus: 403,
  },
  FACTS_CHANGED: {
    meaning: 'The order or its verdict differs from what was shown when the decision was made.',
    advice: 'Read the order again and decide on what it says now.',
    httpStatus: 409,
  },
  ORDER_ALREADY_APPROVED: {
    meaning: 'The order is approved already.',
    advice: 'Nothing needs to be done.',
    httpStatus: 409,
  },
  ORDER_NOT_IN_RUN: {
    meaning: 'The order does not belong to the run.',
    advice: "Take order ids from the run's listing.",
    httpStatus: 422,
  },
  ORDER_BLOCKED_BY_COMPLIANCE: {
    meaning: 'A rule fails, or could not be checked, and no override covers it.',
    advice: 'Edit or hold the order, or override where the rule permits.',
    httpStatus: 409,
  },
  OVERRIDE_NOT_PERMITTED: {
    meaning: 'The rule is hard, could not be checked, or does not fail for this order.',
    advice: 'Only a soft rule that fails can be overridden.',
    httpStatus: 409,
  },
  NOTHING_TO_RELEASE: {
    meaning: 'No order of the run is approved.',
    advice: 'Approve orders first.',
    httpStatus: 409,
  },
  NOTHING_TO_SUBMIT: {
    meaning: 'The run has no order that could be submitted.',
    advice: 'Zero orders is a valid answer; there is nothing to approve.',
    httpStatus: 409,
  },
  ORDER_UNCHANGED: {
    meaning: 'The edit asks for the quantity that the order has.',
    advice: 'Leave the order as it is, or give another quantity.',
    httpStatus: 422,
  },
  ACCOUNTS_UNKNOWN: {
    meaning: 'The request names accounts that the vault does not have.',
    advice: 'Take account ids from the monitor.',
    httpStatus: 422,
  },
  SELECTION_EMPTY: {
    meaning: 'No account matches the selection.',
    advice: 'Choose another selection; an empty monitor is good news.',
    httpStatus: 422,
  },
  DATE_OUTSIDE_BOOKS: {
    meaning: 'The date lies before the first or after the last day that the books know.',
    advice: 'Give a date between the two that the message names, or none for the newest.',
    httpStatus: 422,
  },
  VAULT_EMPTY: {
    meaning: 'No firm has been imported yet.',
    advice: 'Start with serve --firm DIR, or import files.',
    httpStatus: 409,
  },
  RUN_COMPUTATION_FAILED: {
    meaning: 'The engine raised a fault while computing the run.',
    advice: "See the server's log by the run id; start a new run.",
    httpStatus: 500,
  },
  PLACEMENT_NOT_LIVE: {
    meaning: 'The placement is finished; there is nothing left to cancel.',
    advice: 'See its status.',
    httpStatus: 409,
  },
  SCHEDULE_RULE_INVALID: {
    meaning: 'The recurrence rule or its time zone cannot be read, or never falls due.',
    advice: 'Give an RFC 5545 RRULE and an IANA time zone.',
    httpStatus: 422,
  },
  SCHEDULE_NAME_TAKEN: {
    meaning: 'Another schedule has this name.',
    advice: 'Choose another name.',
    httpStatus: 409,
  },
  STATEMENT_INVALID: {
    meaning: 'A statement file of the broker or the custodian cannot be read.',
    advice: 'Correct or fetch the file again; see the findings for row and column.',
    httpStatus: 422,
  },
  STATEMENT_MISSING: {
    meaning: 'A statement file for the trade date has not arrived.',
    advice: 'Wait for the file; the reconciliation completes by itself.',
    httpStatus: 409,
  },
  BIND_REFUSED: {
    meaning: 'The server was asked to listen beyond this machine without transport security.',
    advice: 'Keep to loopback, or name the risk with --allow-insecure-listen.',
    httpStatus: 400,
  },
  INTERNAL_FAULT: {
    meaning: 'Something of ours failed; the log has it under the trace id.',
    advice: 'Try again; report the trace id if it stays.',
    httpStatus: 500,
  },
  SERVICE_UNAVAILABLE: {
    meaning: 'The database or another part cannot be reached now.',
    advice: 'Try again in a moment; the request was not carried out.',
    httpStatus: 503,
  },
} as const satisfies Record<string, CatalogEntry>;

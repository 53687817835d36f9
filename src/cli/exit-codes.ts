/** Stable exit codes (FORMATS, ARCHITECTURE section 6): scripts depend on them. */
export const EXIT = {
  ok: 0,
  usage: 2,
  notAllowed: 3,
  blockedByCompliance: 4,
  partial: 5,
  unavailable: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

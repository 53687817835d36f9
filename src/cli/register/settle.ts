import type { ExitCode } from '../exit-codes.ts';

/** Takes a command's exit code out of commander's action. */
export type Settle = (code: ExitCode) => void;

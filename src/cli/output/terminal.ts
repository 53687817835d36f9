/** Where a command writes: one document on standard output, everything else on standard error. */
export interface Terminal {
  /** The result. */
  out(text: string): void;
  /** Progress and messages for people. */
  note(text: string): void;
  readonly isInteractive: boolean;
}

export const processTerminal: Terminal = {
  out: (text) => {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  },
  note: (text) => {
    process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
  },
  isInteractive: process.stderr.isTTY === true,
};

export { runCommandLine } from './command-line.ts';
export { exitWithParent } from './exit-with-parent.ts';

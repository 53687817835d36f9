/** Where the process begins: the command line, its exit code, and nothing else. */
import { runCommandLine } from './cli/index.ts';

process.exitCode = await runCommandLine(process.argv.slice(2));

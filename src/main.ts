/** Where the process begins: the command line, its exit code, and nothing else. */
import { exitWithParent, runCommandLine } from './cli/index.ts';

exitWithParent();

process.exitCode = await runCommandLine(process.argv.slice(2));

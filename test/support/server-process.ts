/** `evenkeel serve` on a given database, as a process that a test can kill: `server-process.ts JSON`. */
import { serveCommand, type ServeOptions } from '../../src/cli/commands/serve.ts';
import { openDatabase, type ConnectionTarget } from '../../src/db/index.ts';

export interface ServerProcessOptions extends Omit<ServeOptions, 'store'> {
  readonly target: ConnectionTarget;
}

const { target, ...options } = JSON.parse(process.argv[2] ?? '{}') as ServerProcessOptions;
const database = openDatabase({ target, poolSize: 8 });
process.exitCode = await serveCommand({
  ...options,
  store: { database, target, close: () => database.close() },
});

/**
 * Starts or attaches to the local server of a directory, says so in one JSON line, and stays until it is
 * killed: a parent for tests to kill. With `--release` it gives the server up and ends.
 *
 * Usage: node server-starter.ts STATE_DIRECTORY [--release]
 */
import { startLocalServer } from '../../src/db/index.ts';

const server = await startLocalServer({ stateDirectory: process.argv[2] ?? '' });
process.stdout.write(`${JSON.stringify({ pid: server.pid, wasStarted: server.wasStarted })}\n`);
if (process.argv[3] === '--release') await server.release();
else setInterval(() => undefined, 60_000);

/**
 * Runs one process of the stack with options as JSON: `node process-entry.ts broker '{…}'`. The commands are
 * the ones behind `bin/evenkeel`; here they take their options whole.
 */
import { brokerCommand } from '../../../src/cli/commands/broker.ts';
import { gatewayCommand } from '../../../src/cli/commands/gateway.ts';
import { serveCommand } from '../../../src/cli/commands/serve.ts';

const [name = '', json = '{}'] = process.argv.slice(2);
const options: never = JSON.parse(json) as never;

switch (name) {
  case 'broker':
    process.exitCode = await brokerCommand(options);
    break;
  case 'gateway':
    process.exitCode = await gatewayCommand(options);
    break;
  case 'serve':
    process.exitCode = await serveCommand(options);
    break;
  default:
    throw new Error(`no such process: ${name}`);
}

import { Option, type Command } from 'commander';
import { SCENARIOS, type ScenarioName } from '../../simulator/broker/index.ts';
import { brokerCommand } from '../commands/broker.ts';
import { demoCommand } from '../commands/demo.ts';
import { gatewayCommand } from '../commands/gateway.ts';
import { serveCommand } from '../commands/serve.ts';
import { processTerminal } from '../output/terminal.ts';
import { parsePort, parsePositiveInteger } from './option-values.ts';
import type { Settle } from './settle.ts';

/** Commands that run until they are told to stop. */
export function registerServerCommands(program: Command, settle: Settle): void {
  registerServe(program, settle);
  registerGateway(program, settle);
  registerBroker(program, settle);
  registerDemo(program, settle);
}

interface ServeFlags {
  readonly port: number;
  readonly host: string;
  readonly firm?: string;
  readonly firmId: string;
  readonly simulatedBroker?: string;
  readonly allowInsecureListen?: boolean;
  readonly logLevel: string;
}

function registerServe(program: Command, settle: Settle): void {
  program
    .command('serve')
    .description('API, screens and workers on the store (DATABASE_URL, else the local PostgreSQL)')
    .option('--port <port>', '0 picks a free one', parsePort, 7400)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--firm <dir>', 'firm directory to import when the vault is empty')
    .option('--firm-id <id>', 'which firm', 'demo')
    .option(
      '--simulated-broker <dir>',
      "the simulated broker's data: also runs a simulated custodian",
    )
    .option('--allow-insecure-listen', 'listen beyond this machine without transport security')
    .addOption(
      new Option('--log-level <level>', 'what is logged to standard error')
        .choices(['error', 'warn', 'info', 'debug'])
        .default('warn'),
    )
    .action(async (flags: ServeFlags) => {
      const { port, host, firm, firmId, simulatedBroker, allowInsecureListen, logLevel } = flags;
      const code = await serveCommand({
        port,
        host,
        firmId,
        logLevel,
        firmDirectory: firm ?? null,
        simulatedBrokerDirectory: simulatedBroker ?? null,
        allowsInsecureListen: allowInsecureListen === true,
        onProgress: (message) => processTerminal.note(`serve: ${message}`),
        onPeople: (people) => {
          // A password given by the environment is known to whoever gave it.
          if (process.env['EVENKEEL_DEMO_PASSWORD'] !== undefined) return;
          for (const { username, password } of people) {
            if (password !== null) processTerminal.note(`new person: ${username} / ${password}`);
          }
        },
      });
      settle(code);
    });
}

interface GatewayFlags {
  readonly port: number;
  readonly host: string;
  readonly firmId: string;
  readonly broker: string;
  readonly sender: string;
  readonly target: string;
}

function registerGateway(program: Command, settle: Settle): void {
  program
    .command('gateway')
    .description('the FIX gateway to one broker; any number may run, one owns the session')
    .requiredOption('--port <port>', "the broker's port", parsePort)
    .option('--host <address>', "the broker's address", '127.0.0.1')
    .option('--firm-id <id>', 'which firm', 'demo')
    .option('--broker <name>', "the broker's name in placements", 'SIM')
    .option('--sender <id>', 'our SenderCompID', 'EVENKEEL')
    .option('--target <id>', "the broker's CompID", 'SIMBROKER')
    .action(async (flags: GatewayFlags) => {
      const { port, host, firmId, broker, sender, target } = flags;
      settle(
        await gatewayCommand({
          port,
          host,
          firmId,
          executingBroker: broker,
          senderCompId: sender,
          targetCompId: target,
        }),
      );
    });
}

interface BrokerFlags {
  readonly port: number;
  readonly data: string;
  readonly seed: string;
  readonly scenario: ScenarioName;
  readonly prices?: string;
  readonly reject?: string[];
}

function registerBroker(program: Command, settle: Settle): void {
  program
    .command('broker')
    .description(
      'the simulated broker: a FIX 4.4 acceptor that fills, rejects and cancels by a seed',
    )
    .requiredOption('--port <port>', '0 picks a free one', parsePort)
    .requiredOption('--data <dir>', 'where it keeps what it accepted and executed')
    .option('--seed <seed>', 'the same seed fills the same orders the same way', 'evenkeel')
    .addOption(
      new Option('--scenario <name>', 'how much goes wrong')
        .choices(Object.keys(SCENARIOS))
        .default('calm'),
    )
    .option('--prices <file>', 'CSV of symbol and price; default: the price hints of the orders')
    .option('--reject <symbol...>', 'symbols whose orders are rejected')
    .action(async (flags: BrokerFlags) => {
      const { port, data, seed, scenario, prices, reject } = flags;
      settle(
        await brokerCommand({
          port,
          seed,
          scenario,
          dataDirectory: data,
          pricesFile: prices ?? null,
          ...(reject === undefined ? {} : { rejectSymbols: reject }),
        }),
      );
    });
}

interface DemoFlags {
  readonly once?: boolean;
  readonly port: number;
  readonly brokerPort: number;
  readonly households: number;
  readonly seed: string;
  readonly fresh?: boolean;
}

function registerDemo(program: Command, settle: Settle): void {
  program
    .command('demo')
    .description('a synthetic firm through the whole loop, with screens to open')
    .option('--once', 'play the loop, print the summary and exit')
    .option('--port <port>', 'port of the screens', parsePort, 7400)
    .option('--broker-port <port>', 'port of the simulated broker', parsePort, 7402)
    .option('--households <n>', 'households of the generated firm', parsePositiveInteger, 80)
    .option('--seed <seed>', 'seed of the generated firm and of the broker', 'evenkeel')
    .option('--fresh', "forget the demo's data first")
    .action(async (flags: DemoFlags) => {
      const { once, port, brokerPort, households, seed, fresh } = flags;
      settle(
        await demoCommand(
          { port, brokerPort, households, seed, isOnce: once === true, isFresh: fresh === true },
          processTerminal,
        ),
      );
    });
}

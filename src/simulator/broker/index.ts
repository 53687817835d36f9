export {
  BROKER_COMP_ID,
  CLIENT_COMP_ID,
  runBroker,
  type BrokerOptions,
  type RunningBroker,
} from './broker.ts';
export { SCENARIOS, type BrokerScenario, type ScenarioName } from './scenario.ts';
export { brokerStatement, statementCsv, writeBrokerStatement } from './truth-log.ts';

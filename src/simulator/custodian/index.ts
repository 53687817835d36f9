export {
  SimulatedCustodian,
  type CustodianOptions,
  type OpeningBooks,
} from './simulated-custodian.ts';

export {
  SimulatedCustodian,
  type CustodianOptions,
  type OpeningBooks,
} from './simulated-custodian.ts';
export { startBackOffice, type BackOffice, type BackOfficeOptions } from './back-office.ts';

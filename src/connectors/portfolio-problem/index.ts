export { PORTFOLIO_PROBLEM_SCHEMA } from './schema.ts';
export {
  readPortfolioDocument,
  readPortfolioProblem,
  type PortfolioProblemReading,
} from './portfolio-problem-reader.ts';

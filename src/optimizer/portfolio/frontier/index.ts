export { efficientFrontier, type Frontier, type LeastRisk } from './efficient-frontier.ts';

export { posteriorOf, type BlackLitterman, type Posterior } from './posterior.ts';

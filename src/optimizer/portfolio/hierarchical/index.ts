export { hierarchical } from './hierarchical.ts';
export { linkage, type Linkage, type Merge } from './linkage.ts';

import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../domain/index.ts';
import { SETTINGS } from '../firm-directory/index.ts';
import { SCHEMA_NAMES, schemaNamed } from './index.ts';

describe('published schemas', () => {
  it('exist for every file of a firm directory and of a statement', () => {
    expect(SCHEMA_NAMES).toEqual([
      'accounts',
      'broker-executions',
      'cash',
      'cash-flows',
      'custodian-cash',
      'custodian-positions',
      'general-problem',
      'households',
      'models',
      'portfolio-problem',
      'prices',
      'restrictions',
      'securities',
      'settings',
      'tax-lots',
      'transactions',
    ]);
    for (const name of SCHEMA_NAMES) expect(schemaNamed(name)).toMatchObject({ type: 'object' });
    expect(schemaNamed('tax-lots.csv')).toMatchObject({
      required: ['accountId', 'symbol', 'quantity', 'costBasis', 'acquiredDate'],
    });
    expect(schemaNamed('__proto__')).toBeNull();
  });

  it('name every setting that has a default, and no other', () => {
    const paths = Object.entries(DEFAULT_SETTINGS).flatMap(([section, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null
        ? Object.keys(value).map((name) => `${section}.${name}`)
        : [section],
    );
    expect(SETTINGS.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
  });
});

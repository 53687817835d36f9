/** Shipped rules on households and on the firm as a whole. */
import type { ComplianceRule } from '../../domain/index.ts';
import { example, firmPolicy, shipped } from './shape.ts';

export const HOUSEHOLD_RULES: readonly ComplianceRule[] = [
  shipped({
    ruleId: 'wash-sale',
    title: 'No wash sale within the household',
    scope: 'household',
    severity: 'soft',
    expression: 'washSaleQuantity == decimal("0")',
    facts: ['washSaleQuantity'],
    measuredFact: 'washSaleQuantity',
    limitFact: null,
    source: {
      document: '26 USC 1091; Rev. Rul. 2008-5 for IRAs (counsel to confirm)',
      clause: '(a) loss disallowed where the same stock is bought within 30 days',
    },
    examples: [
      example('nothing meets', { washSaleQuantity: '0' }, 'pass'),
      example('one share meets', { washSaleQuantity: '1' }, 'fail'),
      example('the gain of a sale is not known', { washSaleQuantity: null }, 'couldNotCheck'),
    ],
  }),
];

export const FIRM_RULES: readonly ComplianceRule[] = [
  shipped({
    ruleId: 'firm-issuer-concentration',
    title: 'No issuer too large over all accounts of the firm',
    scope: 'firm',
    severity: 'soft',
    expression: 'firmIssuerWeight <= firmIssuerWeightMax',
    facts: ['firmIssuerWeight', 'firmIssuerWeightMax'],
    measuredFact: 'firmIssuerWeight',
    limitFact: 'firmIssuerWeightMax',
    source: firmPolicy('settings.compliance.firmIssuerWeightMax'),
    examples: [
      example('at the limit', { firmIssuerWeight: '0.25', firmIssuerWeightMax: '0.25' }, 'pass'),
      example('above', { firmIssuerWeight: '0.250000000001', firmIssuerWeightMax: '0.25' }, 'fail'),
      example(
        'no issuer',
        { firmIssuerWeight: null, firmIssuerWeightMax: '0.25' },
        'couldNotCheck',
      ),
    ],
  }),
  shipped({
    ruleId: 'firm-volume-share',
    title: 'All accounts together small against the average daily volume',
    scope: 'firm',
    severity: 'soft',
    expression: 'firmVolumeShare <= volumeShareMax',
    facts: ['firmVolumeShare', 'volumeShareMax'],
    measuredFact: 'firmVolumeShare',
    limitFact: 'volumeShareMax',
    source: firmPolicy('settings.compliance.volumeShareMax'),
    examples: [
      example('at the limit', { firmVolumeShare: '0.1', volumeShareMax: '0.1' }, 'pass'),
      example('just above', { firmVolumeShare: '0.100000000001', volumeShareMax: '0.1' }, 'fail'),
      example('no volume', { firmVolumeShare: null, volumeShareMax: '0.1' }, 'couldNotCheck'),
    ],
  }),
];

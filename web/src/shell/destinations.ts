import type { ComponentType } from 'react';
import {
  ApprovalsIcon,
  AuditIcon,
  BlotterIcon,
  ComplianceIcon,
  MonitorIcon,
  ReconcileIcon,
  ReviewIcon,
  RunsIcon,
} from '../ui/icons.tsx';

export interface Destination {
  readonly path:
    | '/monitor'
    | '/runs'
    | '/review'
    | '/compliance'
    | '/approvals'
    | '/blotter'
    | '/reconcile'
    | '/audit';
  readonly title: string;
  readonly purpose: string;
  /** The letter after `g`. */
  readonly key: string;
  readonly icon: ComponentType;
}

/** The eight stops, in the order of the loop. */
export const DESTINATIONS: readonly Destination[] = [
  {
    path: '/monitor',
    title: 'Monitor',
    purpose: 'Drift, cash and what needs attention',
    key: 'm',
    icon: MonitorIcon,
  },
  {
    path: '/runs',
    title: 'Runs',
    purpose: 'Rebalance runs and their progress',
    key: 'r',
    icon: RunsIcon,
  },
  {
    path: '/review',
    title: 'Review',
    purpose: 'Proposed orders and why',
    key: 'v',
    icon: ReviewIcon,
  },
  {
    path: '/compliance',
    title: 'Compliance',
    purpose: 'Every rule, measured against its limit',
    key: 'c',
    icon: ComplianceIcon,
  },
  {
    path: '/approvals',
    title: 'Approvals',
    purpose: 'What waits for a second person',
    key: 'p',
    icon: ApprovalsIcon,
  },
  {
    path: '/blotter',
    title: 'Blotter',
    purpose: 'Blocks, placements and fills, live',
    key: 'b',
    icon: BlotterIcon,
  },
  {
    path: '/reconcile',
    title: 'Reconcile',
    purpose: 'Our books beside broker and custodian',
    key: 'e',
    icon: ReconcileIcon,
  },
  {
    path: '/audit',
    title: 'Audit',
    purpose: 'Who did what, when and why',
    key: 'a',
    icon: AuditIcon,
  },
];

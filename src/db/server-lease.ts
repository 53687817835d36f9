/**
 * Who uses a local server: one file per use, so that the last one out can stop it. A file of a
 * process that was killed counts for nothing.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterLayout } from './cluster-layout.ts';
import { isProcessAlive } from './process-table.ts';

let leaseCount = 0;

/** A name that begins with the process whose end also ends the lease; each call is another user. */
export function newLeaseName(): string {
  leaseCount += 1;
  return `${String(process.pid)}.${String(leaseCount)}`;
}

/** Records that the server is used; the caller holds the cluster's lock. */
export function takeLease(layout: ClusterLayout, name: string): void {
  mkdirSync(layout.leaseDirectory, { recursive: true });
  writeFileSync(join(layout.leaseDirectory, name), '');
}

/** Gives a lease back; true when nobody alive holds another. The caller holds the cluster's lock. */
export function returnLease(layout: ClusterLayout, name: string): boolean {
  mkdirSync(layout.leaseDirectory, { recursive: true });
  rmSync(join(layout.leaseDirectory, name), { force: true });
  for (const other of readdirSync(layout.leaseDirectory)) {
    const pid = Number(other.split('.')[0]);
    if (!isProcessAlive(pid)) rmSync(join(layout.leaseDirectory, other), { force: true });
  }
  return readdirSync(layout.leaseDirectory).length === 0;
}

/**
 * Who uses a local server: one file per process, so that the last one out can stop it. A file of a
 * process that was killed counts for nothing.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterLayout } from './cluster-layout.ts';
import { isProcessAlive } from './process-table.ts';

/** Records that a process uses the server; the caller holds the cluster's lock. */
export function takeLease(layout: ClusterLayout, pid: number = process.pid): void {
  mkdirSync(layout.leaseDirectory, { recursive: true });
  writeFileSync(join(layout.leaseDirectory, String(pid)), '');
}

/** Gives a lease back; true when nobody alive holds another. The caller holds the cluster's lock. */
export function returnLease(layout: ClusterLayout, pid: number = process.pid): boolean {
  mkdirSync(layout.leaseDirectory, { recursive: true });
  rmSync(join(layout.leaseDirectory, String(pid)), { force: true });
  const others = readdirSync(layout.leaseDirectory);
  for (const name of others) {
    if (!isProcessAlive(Number(name))) rmSync(join(layout.leaseDirectory, name), { force: true });
  }
  return readdirSync(layout.leaseDirectory).length === 0;
}

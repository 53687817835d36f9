import type { ConnectionTarget } from '../../src/db/index.ts';

/** A connection target as the URL that DATABASE_URL takes; a socket's folder goes into the query. */
export function urlOf(target: ConnectionTarget): string {
  if ('url' in target) return target.url;
  const { host, port, user, password, database } = target;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const query = `host=${encodeURIComponent(host)}&port=${String(port)}`;
  return `postgresql://${login}@localhost/${database}?${query}`;
}

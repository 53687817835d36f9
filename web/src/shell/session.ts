import { useQuery } from '@tanstack/react-query';
import type { Action, Session } from '../../../src/api/contract/index.ts';
import { sessionQuery } from '../api/queries.ts';

/** Who is signed in. Inside the signed-in part of the app there is always someone. */
export function useSession(): Session | null {
  return useQuery(sessionQuery).data ?? null;
}

/** Whether the person may do something; the server decides again. */
export function useCan(action: Action): boolean {
  return useSession()?.permissions.includes(action) ?? false;
}

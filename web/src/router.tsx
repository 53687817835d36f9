/** The addresses. Every screen is a chunk of its own; the login page loads none of them. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { sessionQuery } from './api/queries.ts';
import { AppFrame } from './shell/app-frame.tsx';
import { LoginScreen } from './screens/login-screen.tsx';
import { parseSearch, stringifySearch, validateSearch } from './shell/search.ts';
import { EmptyState, ErrorState, LoadingState } from './ui/state.tsx';

const root = createRootRouteWithContext<{ readonly client: QueryClient }>()({
  component: Outlet,
  validateSearch,
  notFoundComponent: () => (
    <EmptyState title="No such page">Use the navigation, or press Ctrl K.</EmptyState>
  ),
});

const login = createRoute({ getParentRoute: () => root, path: '/login', component: LoginScreen });

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: AppFrame,
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (session === null) throw redirect({ to: '/login', search: { next: location.href } });
  },
});

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/monitor' });
  },
});

const screens = [
  createRoute({
    getParentRoute: () => app,
    path: '/monitor',
    component: lazyRouteComponent(
      () => import('./screens/monitor/monitor-screen.tsx'),
      'MonitorScreen',
    ),
  }),
  createRoute({
    getParentRoute: () => app,
    path: '/runs',
    component: lazyRouteComponent(() => import('./screens/runs/runs-screen.tsx'), 'RunsScreen'),
  }),
  createRoute({
    getParentRoute: () => app,
    path: '/review',
    component: lazyRouteComponent(
      () => import('./screens/review/review-screen.tsx'),
      'ReviewScreen',
    ),
  }),
  createRoute({
    getParentRoute: () => app,
    path: '/compliance',
    component: lazyRouteComponent(
      () => import('./screens/compliance/compliance-screen.tsx'),
      'ComplianceScreen',
    ),
  }),
  createRoute({
    getParentRoute: () => app,
    path: '/approvals',
    component: lazyRouteComponent(
      () => import('./screens/approvals/approvals-screen.tsx'),
      'ApprovalsScreen',
    ),
  }),
  createRoute({
    getParentRoute: () => app,
    path: '/blotter',
    component: lazyRouteComponent(
      () => import('./screens/blotter/blotter-screen.tsx'),
      'BlotterScreen',
    ),
  }),
  createRoute({
    getParentRoute: () => app,
    path: '/reconcile',
    component: lazyRouteComponent(
      () => import('./screens/reconcile/reconcile-screen.tsx'),
      'ReconcileScreen',
    ),
  }),
  createRoute({
    getParentRoute: () => app,
    path: '/audit',
    component: lazyRouteComponent(() => import('./screens/audit/audit-screen.tsx'), 'AuditScreen'),
  }),
] as const;

/** One router for the page. */
export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([index, login, app.addChildren([...screens])]),
    context: { client },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPendingComponent: () => <LoadingState what="the screen" />,
    defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './theme/tokens.css';
import './theme/base.css';
import './ui/ui.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from './api/problem.ts';
import { sessionQuery } from './api/queries.ts';
import { createAppRouter } from './router.tsx';
import { cssVariables, mantineTheme } from './theme/mantine-theme.ts';

const RETRY_COUNT_MAX = 2;

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      // The session has ended: back to the login, which returns here.
      if (!(error instanceof ApiProblem) || error.status !== 401) return;
      client.setQueryData(sessionQuery.queryKey, null);
      void router.invalidate();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      retry: (count, error) =>
        count < RETRY_COUNT_MAX &&
        error instanceof ApiProblem &&
        (error.status === 0 || error.status >= 500),
    },
  },
});
const router = createAppRouter(client);

const host = document.getElementById('root');
if (host === null) throw new Error('index.html has no element #root');

createRoot(host).render(
  <StrictMode>
    <MantineProvider
      theme={mantineTheme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
    >
      <Notifications position="bottom-right" autoClose={6000} />
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);

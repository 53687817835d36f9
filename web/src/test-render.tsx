import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, type RenderResult } from '@testing-library/react';
import type { ReactNode } from 'react';
import { cssVariables, mantineTheme } from './theme/mantine-theme.ts';

/** Renders inside what every screen stands in. */
export function renderInApp(children: ReactNode): RenderResult {
  return render(
    <MantineProvider theme={mantineTheme} cssVariablesResolver={cssVariables} env="test">
      <QueryClientProvider
        client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}
      >
        {children}
      </QueryClientProvider>
    </MantineProvider>,
  );
}

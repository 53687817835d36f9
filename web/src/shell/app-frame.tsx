import './shell.css';
import { Link, Outlet } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { approvalsQuery, statusQuery } from '../api/queries.ts';
import { LiveProvider } from '../live/live.tsx';
import { DESTINATIONS } from './destinations.ts';
import { Header } from './header.tsx';
import { KeySheet, PageKeys } from './keys.tsx';
import { Palette } from './palette.tsx';
import { useScreenSearch } from './search.ts';

function Navigation() {
  const [search] = useScreenSearch();
  const { data: inbox = [] } = useQuery(approvalsQuery);
  const { data: status } = useQuery(statusQuery);
  const counts: Readonly<Record<string, number>> = {
    '/approvals': inbox.filter((item) => item.awaitingCount > 0).length,
    '/blotter': status?.openBlockCount ?? 0,
    '/reconcile': status?.openBreakCount ?? 0,
  };
  return (
    <nav className="ek-nav" aria-label="Screens">
      {DESTINATIONS.map((destination) => {
        const count = counts[destination.path] ?? 0;
        return (
          <Link
            key={destination.path}
            to={destination.path}
            search={{ run: search.run }}
            activeOptions={{ includeSearch: false }}
            title={`${destination.purpose} (g ${destination.key})`}
          >
            <destination.icon />
            <span>{destination.title}</span>
            {count > 0 ? (
              <b className="ek-nav-count">
                {count}
                <span className="ek-visually-hidden"> open</span>
              </b>
            ) : null}
          </Link>
        );
      })}
      <div className="ek-nav-foot">
        {status === undefined ? '' : `${status.firmId} · v${status.version}`}
      </div>
    </nav>
  );
}

/** The signed-in part: header, navigation along the loop, the screen. */
export function AppFrame() {
  const [showsKeys, setShowsKeys] = useState(false);
  const showKeys = useCallback(() => setShowsKeys(true), []);
  return (
    <LiveProvider>
      <a className="ek-skip-link" href="#content">
        Skip to the screen
      </a>
      <div className="ek-app">
        <Header onShowKeys={showKeys} />
        <Navigation />
        <main className="ek-content" id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <PageKeys onShowKeys={showKeys} />
      <KeySheet isOpen={showsKeys} onClose={() => setShowsKeys(false)} />
      <Palette />
    </LiveProvider>
  );
}

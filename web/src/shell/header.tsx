import { ActionIcon, Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { sessionQuery, statusQuery } from '../api/queries.ts';
import { signOut } from '../api/commands.ts';
import { ROLES } from '../api/labels.ts';
import { formatTime } from '../format/dates.ts';
import { plural } from '../format/numbers.ts';
import { useLive } from '../live/live.tsx';
import { setPreferences, usePreferences, type Density } from '../theme/preferences.ts';
import { Chip } from '../ui/chip.tsx';
import { KeyboardIcon, MoonIcon, SearchIcon, SunIcon, SystemIcon } from '../ui/icons.tsx';
import { useSession } from './session.ts';

const SCHEMES: readonly { readonly value: MantineColorScheme; readonly text: string }[] = [
  { value: 'auto', text: 'As the system' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
];
const DENSITIES: readonly { readonly value: Density; readonly text: string }[] = [
  { value: 'compact', text: 'Compact rows' },
  { value: 'comfortable', text: 'Comfortable rows' },
  { value: 'spacious', text: 'Spacious rows' },
];

function LookMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { density } = usePreferences();
  const icon =
    colorScheme === 'auto' ? <SystemIcon /> : colorScheme === 'dark' ? <MoonIcon /> : <SunIcon />;
  return (
    <Menu position="bottom-end" width={190}>
      <Menu.Target>
        <ActionIcon aria-label="Theme and density">{icon}</ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Theme</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme.value}
            role="menuitemradio"
            aria-checked={colorScheme === scheme.value}
            rightSection={colorScheme === scheme.value ? '✓' : ''}
            onClick={() => setColorScheme(scheme.value)}
          >
            {scheme.text}
          </Menu.Item>
        ))}
        <Menu.Label>Density</Menu.Label>
        {DENSITIES.map((choice) => (
          <Menu.Item
            key={choice.value}
            role="menuitemradio"
            aria-checked={density === choice.value}
            rightSection={density === choice.value ? '✓' : ''}
            onClick={() => setPreferences({ density: choice.value })}
          >
            {choice.text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** A long weekend is no news; more is. */
const AGE_DAYS_FRESH = 5;

/** Is the data old, is the market link up, is this page live. */
function HeaderFacts() {
  const { data: status } = useQuery(statusQuery);
  const live = useLive();
  const link = status?.gateway.link ?? 'unknown';
  const age = status?.data.ageDays ?? null;
  return (
    <div className="ek-header-facts">
      <span>
        Data as of <b>{status?.data.asOfDate ?? 'n/a'}</b>
        {age === null || age === 0 ? null : age > AGE_DAYS_FRESH ? (
          <>
            {' '}
            <Chip tone="warn" title="Import newer files before you trade on it">
              {plural(age, 'day')} old
            </Chip>
          </>
        ) : (
          ` (${plural(age, 'day')} old)`
        )}
      </span>
      <span title={status?.gateway.detail ?? undefined}>
        <i className="ek-dot" data-tone={link === 'up' ? 'ok' : link === 'down' ? 'bad' : 'warn'} />
        Broker link <b>{link}</b>
      </span>
      <span>
        <i className="ek-dot" data-tone={live.link === 'live' ? 'ok' : 'warn'} />
        {live.link === 'stale' && live.since !== null ? (
          <>
            Stale since <b>{formatTime(live.since)} UTC</b>
          </>
        ) : live.link === 'live' ? (
          'Live'
        ) : (
          'Connecting'
        )}
      </span>
    </div>
  );
}

function UserMenu() {
  const session = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  if (session === null) return null;
  const roles = session.user.roles.map((role) => ROLES[role]).join(', ');
  const leave = async (): Promise<void> => {
    try {
      await signOut();
    } finally {
      // Whatever the server said, this browser forgets.
      client.clear();
      client.setQueryData(sessionQuery.queryKey, null);
      await navigate({ to: '/login' });
    }
  };
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <button className="ek-user" type="button">
          <b>{session.user.displayName}</b>
          <span className="ek-user-role">{roles}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{session.user.username}</Menu.Label>
        <Menu.Item onClick={() => void leave()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function Header(props: { readonly onShowKeys: () => void }) {
  return (
    <header className="ek-header">
      <Link to="/monitor" className="ek-brand" aria-label="Evenkeel, to the monitor">
        <img src="/favicon.svg" alt="" />
        <span>Evenkeel</span>
      </Link>
      <HeaderFacts />
      <div className="ek-header-tools">
        <button type="button" className="ek-search-button" onClick={() => spotlight.open()}>
          <SearchIcon />
          <span>Go to or do…</span>
          <kbd className="ek-kbd">Ctrl K</kbd>
        </button>
        <ActionIcon aria-label="Keyboard shortcuts" onClick={props.onShowKeys}>
          <KeyboardIcon />
        </ActionIcon>
        <LookMenu />
        <UserMenu />
      </div>
    </header>
  );
}

/** Keyboard: the shortcuts of every page and the sheet that lists them. */
import { Modal, Switch } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useHotkeys } from 'react-hotkeys-hook';
import { setPreferences, usePreferences } from '../theme/preferences.ts';
import { DESTINATIONS, type Destination } from './destinations.ts';
import { useScreenSearch } from './search.ts';

function GoKey(props: { readonly destination: Destination; readonly isOn: boolean }) {
  const navigate = useNavigate();
  const [search] = useScreenSearch();
  useHotkeys(
    `g>${props.destination.key}`,
    () => {
      void navigate({ to: props.destination.path, search: { run: search.run } });
    },
    { enabled: props.isOn },
    [search.run, props.isOn],
  );
  return null;
}

/** Registers the page-wide keys; draws nothing. */
export function PageKeys(props: { readonly onShowKeys: () => void }) {
  const { hasSingleKeys } = usePreferences();
  useHotkeys(
    '/',
    () => {
      const filter = document.querySelector<HTMLInputElement>('[data-page-filter]');
      filter?.focus();
      filter?.select();
    },
    { enabled: hasSingleKeys, preventDefault: true, useKey: true, ignoreModifiers: true },
    [hasSingleKeys],
  );
  useHotkeys(
    '?',
    props.onShowKeys,
    { enabled: hasSingleKeys, preventDefault: true, useKey: true, ignoreModifiers: true },
    [hasSingleKeys, props.onShowKeys],
  );
  return DESTINATIONS.map((destination) => (
    <GoKey key={destination.path} destination={destination} isOn={hasSingleKeys} />
  ));
}

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [['Ctrl', 'K'], 'Go to a screen or do something by name'],
  [['/'], 'Focus the filter of the grid'],
  [['?'], 'This sheet'],
  [['↑', '↓', '←', '→'], 'Move in a grid; with the side sheet open it follows'],
  [['Enter'], 'Open the row in the side sheet'],
  [['Space'], 'Select the row'],
  [['Tab'], 'Leave the grid'],
  [['Shift', 'A'], 'Approve the selection (asks before it does)'],
  [['Esc'], 'Close a dialog'],
];

function KeyName(props: { readonly names: readonly string[] }) {
  return (
    <>
      {props.names.map((name) => (
        <kbd key={name} className="ek-kbd" style={{ marginLeft: 4 }}>
          {name}
        </kbd>
      ))}
    </>
  );
}

export function KeySheet(props: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { hasSingleKeys } = usePreferences();
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title="Keyboard shortcuts"
      closeButtonProps={{ 'aria-label': 'Close keyboard shortcuts' }}
    >
      <dl className="ek-keys">
        {KEYS.map(([names, meaning]) => (
          <div key={meaning} style={{ display: 'contents' }}>
            <dt>
              <KeyName names={names} />
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
        {DESTINATIONS.map((destination) => (
          <div key={destination.path} style={{ display: 'contents' }}>
            <dt>
              <KeyName names={['g', destination.key]} />
            </dt>
            <dd>Go to {destination.title}</dd>
          </div>
        ))}
      </dl>
      <Switch
        mt="md"
        label="Single-key shortcuts"
        description="Turn off if keys fire while you speak or type to the page."
        checked={hasSingleKeys}
        onChange={(event) => setPreferences({ hasSingleKeys: event.currentTarget.checked })}
      />
    </Modal>
  );
}

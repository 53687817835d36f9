import type { ReactNode } from 'react';

/** Sixteen-pixel line icons, always beside a word or under an aria-label. */
function Icon(props: { readonly children: ReactNode }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {props.children}
    </svg>
  );
}

export const MonitorIcon = () => (
  <Icon>
    <path d="M1.5 9h3l2-5.5 3 9 2-5.5h3" />
  </Icon>
);
export const RunsIcon = () => (
  <Icon>
    <path d="M13.5 8a5.5 5.5 0 1 1-1.7-4" />
    <path d="M13.5 1.8v2.7h-2.7" />
  </Icon>
);
export const ReviewIcon = () => (
  <Icon>
    <path d="M2 3.5h12M2 8h7M2 12.5h5" />
    <path d="m9.5 12 1.6 1.6 3.2-3.4" />
  </Icon>
);
export const ComplianceIcon = () => (
  <Icon>
    <path d="M8 1.7 13.2 3.6v4c0 3.1-2.1 5.6-5.2 6.7-3.1-1.1-5.2-3.6-5.2-6.7v-4z" />
    <path d="m5.8 7.9 1.6 1.6 2.9-3.1" />
  </Icon>
);
export const ApprovalsIcon = () => (
  <Icon>
    <path d="M2 9.2 3.7 3h8.6L14 9.2V13H2z" />
    <path d="M2 9.2h3.4l1 1.7h3.2l1-1.7H14" />
  </Icon>
);
export const BlotterIcon = () => (
  <Icon>
    <path d="M2 3h12v10H2zM2 6.3h12M2 9.7h12M6 6.3V13" />
  </Icon>
);
export const ReconcileIcon = () => (
  <Icon>
    <path d="M2 5.2h10.5M9.8 2.5l2.7 2.7-2.7 2.7M14 10.8H3.5M6.2 8.1l-2.7 2.7 2.7 2.7" />
  </Icon>
);
export const AuditIcon = () => (
  <Icon>
    <path d="M4 2v12M4 4.5h4.5M4 8h8M4 11.5h5.5" />
    <circle cx="4" cy="4.5" r="1" fill="currentColor" />
    <circle cx="4" cy="8" r="1" fill="currentColor" />
    <circle cx="4" cy="11.5" r="1" fill="currentColor" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m4 4 8 8M12 4l-8 8" />
  </Icon>
);
export const SunIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.4v1.5M8 13.1v1.5M1.4 8h1.5M13.1 8h1.5M3.3 3.3l1.1 1.1M11.6 11.6l1.1 1.1M12.7 3.3l-1.1 1.1M4.4 11.6l-1.1 1.1" />
  </Icon>
);
export const MoonIcon = () => (
  <Icon>
    <path d="M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7z" />
  </Icon>
);
export const SystemIcon = () => (
  <Icon>
    <path d="M1.8 2.8h12.4v8H1.8zM5.5 13.5h5M8 10.8v2.7" />
  </Icon>
);
export const DownloadIcon = () => (
  <Icon>
    <path d="M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11" />
  </Icon>
);
export const SearchIcon = () => (
  <Icon>
    <circle cx="7" cy="7" r="4.3" />
    <path d="m10.2 10.2 3.6 3.6" />
  </Icon>
);
export const KeyboardIcon = () => (
  <Icon>
    <path d="M1.5 4h13v8h-13zM4 6.7h.01M6.7 6.7h.01M9.4 6.7h.01M12 6.7h.01M5 9.5h6" />
  </Icon>
);

import {
  ActionIcon,
  Button,
  createTheme,
  Modal,
  Notification,
  NumberInput,
  Input,
  PasswordInput,
  Radio,
  Select,
  Textarea,
  TextInput,
  Tooltip,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

const brand: MantineColorsTuple = [
  '#e1eff2',
  '#c5e0e6',
  '#9accd7',
  '#6ac6d8',
  '#3f9fb3',
  '#23819a',
  '#146d84',
  '#0b5d70',
  '#084c5c',
  '#063a47',
];

/** Mantine draws its dark surfaces from these: the tokens' blue-gray instead of its neutral gray. */
const dark: MantineColorsTuple = [
  '#e6ebf0',
  '#c3ccd5',
  '#a3b0bd',
  '#6b7986',
  '#485663',
  '#2b3540',
  '#1d252d',
  '#171e25',
  '#12181e',
  '#10151a',
];

/** Compact controls everywhere: this is a desk, not a landing page. */
export const mantineTheme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  colors: { brand, dark },
  fontFamily: 'var(--ek-font)',
  fontFamilyMonospace: 'var(--ek-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  defaultRadius: 4,
  focusRing: 'auto',
  headings: { fontFamily: 'var(--ek-font)', fontWeight: '600' },
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', size: 28, color: 'gray' } }),
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, transitionProps: { duration: 80 } },
      styles: { title: { fontSize: 15, fontWeight: 650 } },
    }),
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } },
      styles: { description: { color: 'var(--ek-text-dim)' } },
    }),
    NumberInput: NumberInput.extend({ defaultProps: { size: 'xs' } }),
    Input: Input.extend({ defaultProps: { size: 'xs' } }),
    InputWrapper: Input.Wrapper.extend({
      styles: { description: { fontSize: 12 }, error: { fontSize: 12 } },
    }),
    Radio: Radio.extend({ styles: { description: { fontSize: 12, marginTop: 1 } } }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: 'sm' } }),
    Select: Select.extend({ defaultProps: { size: 'xs', allowDeselect: false } }),
    Textarea: Textarea.extend({ defaultProps: { size: 'xs' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'xs' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, withinPortal: true } }),
  },
});

/** Mantine's own surfaces take the product's palette. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--ek-surface)',
    '--mantine-color-text': 'var(--ek-text)',
    '--mantine-color-dimmed': 'var(--ek-text-dim)',
    '--mantine-color-default': 'var(--ek-surface)',
    '--mantine-color-default-hover': 'var(--ek-hover)',
    '--mantine-color-default-border': 'var(--ek-border-strong)',
    '--mantine-color-default-color': 'var(--ek-text)',
    '--mantine-color-placeholder': 'var(--ek-text-dim)',
    '--mantine-color-error': 'var(--ek-bad)',
    '--mantine-color-anchor': 'var(--ek-accent)',
  };
  return { variables: {}, light: shared, dark: shared };
};

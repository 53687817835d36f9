import {
  ActionIcon,
  Button,
  createTheme,
  Modal,
  NumberInput,
  PasswordInput,
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

/** Compact controls everywhere: this is a desk, not a landing page. */
export const mantineTheme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  colors: { brand },
  fontFamily: 'var(--ek-font)',
  fontFamilyMonospace: 'var(--ek-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  defaultRadius: 4,
  focusRing: 'auto',
  headings: { fontFamily: 'var(--ek-font)', fontWeight: '600' },
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', size: 28, color: 'gray' } }),
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    Modal: Modal.extend({ defaultProps: { centered: true, transitionProps: { duration: 80 } } }),
    NumberInput: NumberInput.extend({ defaultProps: { size: 'xs' } }),
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

import { Button, Group, Modal, Select, Stack, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ReactNode } from 'react';
import { ProblemBanner } from './state.tsx';

const REASON_LENGTH_MIN = 3;

export interface ReasonValues {
  readonly reasonCode: string;
  readonly reasonText: string;
}

export interface ReasonDialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly confirmText: string;
  readonly confirmColor?: string;
  /** Codes of this decision; without them only the sentence is asked for. */
  readonly codes?: readonly { readonly value: string; readonly label: string }[];
  readonly isPending: boolean;
  readonly error: unknown;
  readonly onConfirm: (values: ReasonValues) => void;
  readonly isReasonOptional?: boolean;
  readonly canConfirm?: boolean;
  readonly children?: ReactNode;
}

function ReasonForm(props: ReasonDialogProps) {
  const form = useForm({
    initialValues: { reasonCode: props.codes?.[0]?.value ?? '', reasonText: '' },
    validate: {
      reasonText: (text) =>
        props.isReasonOptional !== true && text.trim().length < REASON_LENGTH_MIN
          ? 'Say why in at least 3 characters'
          : null,
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) =>
        props.onConfirm({ reasonCode: values.reasonCode, reasonText: values.reasonText.trim() }),
      )}
    >
      <Stack gap="sm">
        {props.children}
        {props.codes === undefined ? null : (
          <Select label="Reason" data={[...props.codes]} {...form.getInputProps('reasonCode')} />
        )}
        <Textarea
          label={props.isReasonOptional === true ? 'Note (optional)' : 'In your words'}
          autosize
          minRows={2}
          required={props.isReasonOptional !== true}
          data-autofocus
          {...form.getInputProps('reasonText')}
        />
        {props.error === null || props.error === undefined ? null : (
          <ProblemBanner error={props.error} />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={props.isPending}
            disabled={props.canConfirm === false}
            {...(props.confirmColor === undefined ? {} : { color: props.confirmColor })}
          >
            {props.confirmText}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A decision with its reason: what will happen, why, confirm. */
export function ReasonDialog(props: ReasonDialogProps) {
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title={props.title}
      size={460}
      closeButtonProps={{ 'aria-label': 'Close the dialog' }}
    >
      {props.isOpen ? <ReasonForm {...props} /> : null}
    </Modal>
  );
}

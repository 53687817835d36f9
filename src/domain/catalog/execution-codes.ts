import type { CatalogEntry } from './entry.ts';

export const executionCodes = {
  EXECUTION_DUPLICATE_IGNORED: {
    meaning: 'A broker reported an execution that is booked already; it was not booked again.',
    advice: 'Nothing to do. Many of these mean that the broker resends more than it must.',
    httpStatus: 200,
  },
  EXECUTION_DUPLICATE_DIFFERS: {
    meaning: 'A broker used the id of a booked execution for another quantity, price or kind.',
    advice:
      'Ask the broker which is right. The first one stands until a correction or bust arrives.',
    httpStatus: 409,
  },
  EXECUTION_INCOMPLETE: {
    meaning: 'A report of an execution has no usable quantity or price; nothing was booked.',
    advice: 'Ask the broker to send the execution again, or enter it by hand with two people.',
    httpStatus: 422,
  },
  EXECUTION_REFERENCE_UNKNOWN: {
    meaning: 'A correction or bust names an execution that never arrived.',
    advice: 'Compare with the broker statement; the trade it names is missing or still on its way.',
    httpStatus: 409,
  },
  ORDER_OVERFILLED: {
    meaning: 'More shares executed than were ordered.',
    advice: 'Call the broker: the excess belongs into the error account until it is taken back.',
    httpStatus: 409,
  },
  ORDER_QUANTITY_DIFFERS: {
    meaning: 'The broker works another quantity than the one that was sent.',
    advice: 'Ask the broker for its record of the order; cancel it if the two cannot be squared.',
    httpStatus: 409,
  },
  ORDER_TRANSITION_UNEXPECTED: {
    meaning:
      'A message that the order state table does not allow in this state; executions in it were booked.',
    advice: 'Look at the order and the message. The status was left as it was.',
    httpStatus: 409,
  },
  REPLACED_BELOW_CUMULATIVE: {
    meaning: 'A replace asked for less than has filled; the quantity became what has filled.',
    advice: 'Nothing to do. The order is filled.',
    httpStatus: 200,
  },
  CUMULATIVE_QUANTITY_DIFFERS: {
    meaning: 'The executed quantity that the broker states is not the sum of its executions.',
    advice: 'Wait for missing executions, then compare with the broker statement.',
    httpStatus: 409,
  },
  AVERAGE_PRICE_DIFFERS: {
    meaning: 'The average price that the broker states is not the average of its executions.',
    advice: 'Compare the executions with the broker statement.',
    httpStatus: 409,
  },
  REPORT_FOR_UNKNOWN_ORDER: {
    meaning: 'A broker reported on an order that is not ours.',
    advice: 'Ask the broker where the order came from. Nothing was booked.',
    httpStatus: 404,
  },
  ORDER_ALREADY_IN_BLOCK: {
    meaning: 'The order is a member of another block; an order reaches the market once.',
    advice: 'Take the order out of this block.',
    httpStatus: 409,
  },
  BLOCK_CHANGED: {
    meaning: 'A block of this id is staged already with other contents.',
    advice: 'Read the staged block. Give a changed block a new id.',
    httpStatus: 409,
  },
  BLOCK_NOT_FOUND: {
    meaning: 'There is no block of this id.',
    advice: 'Check the id; stage the block first.',
    httpStatus: 404,
  },
  BLOCK_STATEMENT_MISMATCH: {
    meaning:
      'The allocation statement does not add up to the block, or a line differs from its order.',
    advice: 'Build the block again from the approved orders.',
    httpStatus: 422,
  },
  BLOCK_STILL_WORKING: {
    meaning: 'A placement of the block may still trade, or nobody knows whether it may.',
    advice: 'Wait until it is done, cancel it, or resolve it.',
    httpStatus: 409,
  },
  BLOCK_FULLY_EXECUTED: {
    meaning: 'Nothing of the block is left to place.',
    advice: 'Nothing to do.',
    httpStatus: 409,
  },
  ORDER_NOT_APPROVED: {
    meaning: 'A line of the allocation statement belongs to no approved order.',
    advice: 'Approve the order first, or take the line out.',
    httpStatus: 409,
  },
  APPROVAL_EVIDENCE_MISSING: {
    meaning:
      'An order claims approval without the hash of what was approved, or was approved by its proposer.',
    advice: 'Submit the order for approval again.',
    httpStatus: 409,
  },
  PLACEMENT_NOT_FOUND: {
    meaning: 'There is no placement of this id.',
    advice: 'Check the id.',
    httpStatus: 404,
  },
  PLACEMENT_NOT_CANCELABLE: {
    meaning: 'The placement is done, or nobody knows whether it is at the broker.',
    advice: 'Nothing is left to cancel; an unknown placement is resolved first.',
    httpStatus: 409,
  },
  KILL_SWITCH_ENGAGED: {
    meaning: 'The kill switch is on: no new order is released or sent.',
    advice: 'Find out why it was engaged. Two people release it.',
    httpStatus: 409,
  },
  KILL_SWITCH_SAME_PERSON: {
    meaning: 'Releasing the kill switch needs a second person.',
    advice: 'Ask somebody else to confirm the release.',
    httpStatus: 403,
  },
  GATEWAY_LEASE_LOST: {
    meaning:
      'Another gateway owns the FIX session now; this one stopped before it sent anything more.',
    advice: 'Nothing to do if two gateways run on purpose; otherwise stop one.',
    httpStatus: 503,
  },
  FIX_STORE_AMBIGUOUS: {
    meaning:
      'The stored FIX session and its stored messages contradict each other; the gateway refuses to log on.',
    advice:
      'Do not reset the numbers. Compare the stored messages with the broker before anything is sent.',
    httpStatus: 503,
  },
  ALLOCATION_NOT_CONSERVED: {
    meaning: 'The allocations of a block do not add up to what it executed, in shares or in cents.',
    advice: 'Do not send the allocation; compare the executions of the block with its allocations.',
    httpStatus: 500,
  },
  ALLOCATION_EXCEEDS_STATEMENT: {
    meaning: 'An account was allocated more than its line of the allocation statement.',
    advice:
      'Do not send the allocation; correct it against the statement written before the order.',
    httpStatus: 500,
  },
  INTENT_WITHDRAWN: {
    meaning: 'An order was taken back, or stopped by the kill switch, just before it was sent.',
    advice: 'Nothing to do: no byte of it was sent. The gateway connects again.',
    httpStatus: 409,
  },
  FIX_MESSAGE_UNREADABLE: {
    meaning: 'A broker sent a message that the gateway does not understand; nothing was booked.',
    advice: 'Read the stored message and ask the broker what it means.',
    httpStatus: 422,
  },
  FIX_SESSION_NOT_ESTABLISHED: {
    meaning:
      'A message was handed to a FIX session that is not logged on; nothing was recorded or sent.',
    advice: 'Wait for the logon, or see why the broker refuses it.',
    httpStatus: 503,
  },
  FIX_SEQUENCE_TOO_LOW: {
    meaning: 'The broker sent a sequence number that was used before, without marking a duplicate.',
    advice:
      'Compare both sides’ numbers with the broker; do not reset before open orders are agreed.',
    httpStatus: 502,
  },
  FIX_SEQUENCE_GAP: {
    meaning: 'Messages of the broker are missing; they were asked for, and later ones wait.',
    advice: 'Nothing to do unless it stays: then ask the broker to resend.',
    httpStatus: 502,
  },
  FIX_SEQUENCE_RESET: {
    meaning:
      'Sequence numbers were set forward or begun again at 1; what lay between will not come.',
    advice: 'Ask for the status of every open order.',
    httpStatus: 502,
  },
  FIX_IDENTITY_MISMATCH: {
    meaning: 'A message has the wrong version, CompIDs or a clock that is too far off.',
    advice: 'Compare the session’s settings and both clocks with the broker’s.',
    httpStatus: 502,
  },
  FIX_LOGON_REFUSED: {
    meaning: 'A FIX logon was refused; the alarm’s text has the reason.',
    advice: 'Correct what the text names; the session tries again.',
    httpStatus: 502,
  },
  FIX_MESSAGE_REJECTED: {
    meaning:
      'A message of the broker breaks the FIX dictionary and was rejected with reason and tag.',
    advice: 'Tell the broker; nothing of the message was booked.',
    httpStatus: 502,
  },
  FIX_REJECT_RECEIVED: {
    meaning: 'The broker’s session rejected a message of ours.',
    advice: 'Read the reason; the order that the message carried is not at the broker.',
    httpStatus: 502,
  },
  FIX_STALE_MESSAGE_SKIPPED: {
    meaning:
      'An order was too old to be sent again after a lost link; a gap fill went in its place.',
    advice: 'Its status is asked for; it stays blocked until the broker has answered.',
    httpStatus: 409,
  },
  FIX_STORED_MESSAGE_MISSING: {
    meaning: 'The broker asked for a message of ours that the store does not have.',
    advice: 'Compare the store with the broker’s log; ask for the status of open orders.',
    httpStatus: 500,
  },
  FIX_PEER_SILENT: {
    meaning: 'The broker did not answer in time, and the connection was ended.',
    advice: 'The session connects again; see the network if it repeats.',
    httpStatus: 503,
  },
  FIX_QUEUE_FULL: {
    meaning:
      'Too many messages wait behind a gap; later ones were dropped and will be asked for again.',
    advice: 'Ask the broker why the missing messages do not come.',
    httpStatus: 503,
  },
  FIX_MESSAGE_GARBLED: {
    meaning: 'Bytes that are no sound FIX message were ignored and not counted.',
    advice: 'Nothing to do for a few; for many, see what is connected to the port.',
    httpStatus: 502,
  },
  FIX_STORE_DAMAGED: {
    meaning:
      'The file of a FIX session or of the simulated broker is damaged; it refuses to start.',
    advice:
      'Restore the file from a copy, or agree numbers and open orders with the other side and start anew.',
    httpStatus: 503,
  },
} as const satisfies Record<string, CatalogEntry>;

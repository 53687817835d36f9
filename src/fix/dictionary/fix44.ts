/**
 * The part of FIX 4.4 that the order path uses, written by hand from the specification's field lists
 * (FIX 4.4 with errata 20030618, volumes 2 to 4). Same shape as a generated dictionary; `isComplete` is
 * false, so a counterparty's valid tags outside this table pass.
 */
import {
  dictionaryOf,
  type Dictionary,
  type FieldDefinition,
  type FieldFormat,
  type Member,
  type MessageDefinition,
} from './definition.ts';
import { Tag } from './tags.ts';

type TagName = keyof typeof Tag;

const FORMATS: Readonly<Record<FieldFormat, readonly TagName[]>> = {
  string: [
    ...(['Account', 'BeginString', 'CheckSum', 'ClOrdID', 'ExecID', 'ExecRefID'] as const),
    ...(['MsgType', 'OrderID', 'OrigClOrdID', 'SenderCompID', 'SenderSubID'] as const),
    ...(['Symbol', 'TargetCompID', 'TargetSubID', 'Text', 'TestReqID', 'RefMsgType'] as const),
    ...(['ContraBroker', 'BusinessRejectRefID', 'PartyID', 'HopCompID', 'OrdStatusReqID'] as const),
  ],
  char: [
    ...(['HandlInst', 'OrdStatus', 'OrdType', 'Side', 'TimeInForce', 'ExecType'] as const),
    ...(['CxlRejResponseTo', 'PartyIDSource'] as const),
  ],
  integer: [
    ...(['EncryptMethod', 'CxlRejReason', 'OrdRejReason', 'HeartBtInt', 'RefTagID'] as const),
    ...(['SessionRejectReason', 'ExecRestatementReason', 'BusinessRejectReason'] as const),
    'PartyRole',
  ],
  count: [
    ...(['BeginSeqNo', 'BodyLength', 'EndSeqNo', 'MsgSeqNum', 'NewSeqNo', 'RefSeqNum'] as const),
    ...(['SecureDataLen', 'SignatureLength', 'RawDataLength', 'XmlDataLen'] as const),
    ...(['EncodedTextLen', 'NoContraBrokers', 'MaxMessageSize', 'NoPartyIDs', 'NoHops'] as const),
    ...(['HopRefID', 'NextExpectedMsgSeqNum'] as const),
  ],
  decimal: [
    ...(['AvgPx', 'CumQty', 'LastPx', 'LastQty', 'OrderQty', 'Price', 'LeavesQty'] as const),
    'ReferencePriceHint',
  ],
  boolean: ['PossDupFlag', 'PossResend', 'GapFillFlag', 'ResetSeqNumFlag'],
  utcTimestamp: ['SendingTime', 'TransactTime', 'OrigSendingTime', 'HopSendingTime'],
  localDate: ['TradeDate'],
  data: ['SecureData', 'Signature', 'RawData', 'XmlData', 'EncodedText'],
};

const VALUES: Partial<Record<TagName, string>> = {
  HandlInst: '123',
  OrdStatus: '012346789ABCDE5',
  OrdType: '12346789DEGIJKLMP',
  Side: '123456789ABCDEFG',
  TimeInForce: '01234567',
  ExecType: '03456789ABCDEFGHI',
  CxlRejResponseTo: '12',
};

const LENGTH_OF: Partial<Record<TagName, TagName>> = {
  SecureData: 'SecureDataLen',
  Signature: 'SignatureLength',
  RawData: 'RawDataLength',
  XmlData: 'XmlDataLen',
  EncodedText: 'EncodedTextLen',
};

function fieldDefinitions(): FieldDefinition[] {
  return (Object.keys(FORMATS) as FieldFormat[]).flatMap((format) =>
    FORMATS[format].map((name) => {
      const values = VALUES[name];
      const length = LENGTH_OF[name];
      return {
        tag: Tag[name],
        name,
        format,
        ...(values === undefined ? {} : { values: values.split('') }),
        ...(length === undefined ? {} : { lengthTag: Tag[length] }),
      };
    }),
  );
}

/** Members by name; a `*` marks the required ones. */
function members(list: string): Member[] {
  return list
    .trim()
    .split(/\s+/)
    .map((word) => {
      const required = word.endsWith('*');
      const name = (required ? word.slice(0, -1) : word) as TagName;
      const group = GROUPS[name];
      return { tag: Tag[name], required, ...(group === undefined ? {} : { group }) };
    });
}

const plain = (list: string): Member[] =>
  list.split(' ').map((word) => ({
    tag: Tag[word.replace('*', '') as TagName],
    required: word.endsWith('*'),
  }));

const GROUPS: Partial<Record<TagName, readonly Member[]>> = {
  NoHops: plain('HopCompID* HopSendingTime HopRefID'),
  NoPartyIDs: plain('PartyID* PartyIDSource PartyRole'),
  NoContraBrokers: plain('ContraBroker*'),
};

const HEADER = `BeginString* BodyLength* MsgType* SenderCompID* TargetCompID* SecureDataLen SecureData
  MsgSeqNum* SenderSubID TargetSubID PossDupFlag PossResend SendingTime* OrigSendingTime XmlDataLen
  XmlData NoHops`;

const TRAILER = 'SignatureLength Signature CheckSum*';

const MESSAGES: readonly (readonly [string, string, 'admin' | 'app', string])[] = [
  ['0', 'Heartbeat', 'admin', 'TestReqID'],
  ['1', 'TestRequest', 'admin', 'TestReqID*'],
  ['2', 'ResendRequest', 'admin', 'BeginSeqNo* EndSeqNo*'],
  [
    '3',
    'Reject',
    'admin',
    'RefSeqNum* RefTagID RefMsgType SessionRejectReason Text EncodedTextLen EncodedText',
  ],
  ['4', 'SequenceReset', 'admin', 'GapFillFlag NewSeqNo*'],
  ['5', 'Logout', 'admin', 'Text EncodedTextLen EncodedText'],
  [
    'A',
    'Logon',
    'admin',
    `EncryptMethod* HeartBtInt* RawDataLength RawData ResetSeqNumFlag NextExpectedMsgSeqNum
     MaxMessageSize`,
  ],
  [
    'D',
    'NewOrderSingle',
    'app',
    `ClOrdID* NoPartyIDs Account HandlInst Symbol* Side* TransactTime* OrderQty* OrdType* Price
     TimeInForce TradeDate Text EncodedTextLen EncodedText ReferencePriceHint`,
  ],
  [
    'F',
    'OrderCancelRequest',
    'app',
    `OrigClOrdID* OrderID ClOrdID* Account NoPartyIDs Symbol* Side* TransactTime* OrderQty* Text
     EncodedTextLen EncodedText`,
  ],
  [
    'G',
    'OrderCancelReplaceRequest',
    'app',
    `OrderID OrigClOrdID* ClOrdID* NoPartyIDs Account HandlInst Symbol* Side* TransactTime*
     OrderQty* OrdType* Price TimeInForce TradeDate Text EncodedTextLen EncodedText`,
  ],
  [
    'H',
    'OrderStatusRequest',
    'app',
    'OrderID ClOrdID* NoPartyIDs OrdStatusReqID Account Symbol* Side*',
  ],
  [
    '8',
    'ExecutionReport',
    'app',
    `OrderID* ClOrdID OrigClOrdID OrdStatusReqID NoPartyIDs NoContraBrokers ExecID* ExecRefID
     ExecType* OrdStatus* OrdRejReason ExecRestatementReason Account Symbol* Side* OrderQty OrdType
     Price TimeInForce LastQty LastPx LeavesQty* CumQty* AvgPx* TradeDate TransactTime Text
     EncodedTextLen EncodedText HandlInst`,
  ],
  [
    '9',
    'OrderCancelReject',
    'app',
    `OrderID* ClOrdID* OrigClOrdID* OrdStatus* Account TransactTime CxlRejResponseTo* CxlRejReason
     TradeDate Text EncodedTextLen EncodedText`,
  ],
  [
    'j',
    'BusinessMessageReject',
    'app',
    `RefSeqNum RefMsgType* BusinessRejectRefID BusinessRejectReason* Text EncodedTextLen
     EncodedText`,
  ],
];

/** Every MsgType of FIX 4.4. */
const MSG_TYPES =
  '0 1 2 3 4 5 6 7 8 9 A B C D E F G H J K L M N P Q R S T V W X Y Z a b c d e f g h i j k l m n ' +
  'o p q r s t u v w x y z AA AB AC AD AE AF AG AH AI AJ AK AL AM AN AO AP AQ AR AS AT AU AV AW AX ' +
  'AY AZ BA BB BC BD BE BF BG BH';

export const fix44: Dictionary = dictionaryOf({
  BeginString: 'FIX.4.4',
  fields: fieldDefinitions(),
  header: members(HEADER),
  trailer: members(TRAILER),
  messages: MESSAGES.map(([MsgType, name, kind, list]): MessageDefinition => ({
    MsgType,
    name,
    isAdmin: kind === 'admin',
    members: members(list),
  })),
  msgTypes: MSG_TYPES.split(' '),
  isComplete: false,
});

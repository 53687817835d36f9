/** models.csv: a model with any fault is refused whole, for the weights that remain would not add up. */
import { ONE, sum } from '../../kernel/index.ts';
import { errorFinding, isIdentifier, warningFinding } from '../../domain/index.ts';
import type {
  InstrumentSymbol,
  ModelComponent,
  ModelLine,
  ModelPortfolioId,
} from '../../domain/index.ts';
import type { TableRow } from '../csv/table-reader.ts';
import { compareText, instrumentOfRow, listIn, readFirmTable } from './reading.ts';
import type { Reading } from './reading.ts';

const MODEL_PREFIX = 'model:';
/** Models of models of models …: deeper is a mistake, and what flattens models relies on this limit. */
const NESTING_MAX = 32;

interface ModelDraft {
  readonly row: number;
  readonly line: ModelLine;
}
type Drafts = Map<ModelPortfolioId, ModelDraft[]>;

/** Fills `models` and `rejectedModels` of the reading. */
export function readModels(reading: Reading): void {
  const drafts: Drafts = new Map();
  readFirmTable(reading, 'models', {
    onRow: (row) => {
      const modelId = row.id('modelId') as ModelPortfolioId | null;
      const line = lineFrom(reading, row);
      if (modelId === null) return;
      const lines = listIn(drafts, modelId);
      if (line !== null) {
        const key = componentText(line.component);
        const earlier = lines.find((other) => componentText(other.line.component) === key);
        if (earlier !== undefined) {
          row.fault('RECORD_DUPLICATE', `${key} stands in row ${String(earlier.row)} already`);
        }
        lines.push({ row: row.row, line });
      }
      if (row.isFaulty) reading.rejectedModels.add(modelId);
    },
  });
  for (const [modelId, lines] of drafts) checkSum(reading, modelId, lines);
  rejectCycles(reading, drafts);
  rejectDeepNesting(reading, drafts);
  rejectDependents(reading, drafts);
  for (const [modelId, lines] of [...drafts].sort(([a], [b]) => compareText(a, b))) {
    if (reading.rejectedModels.has(modelId)) continue;
    const sorted = lines.map(({ line }) => line);
    sorted.sort((a, b) => compareText(componentText(a.component), componentText(b.component)));
    reading.models.set(modelId, { modelId, lines: sorted });
  }
}

/** `AAA` or `model:CORE`, as models.csv spells it. */
export function componentText(component: ModelComponent): string {
  return component.kind === 'model' ? MODEL_PREFIX + component.modelId : component.symbol;
}

function lineFrom(reading: Reading, row: TableRow): ModelLine | null {
  const component = componentFrom(reading, row);
  const weight = row.decimal<'ratio'>('weight');
  const bandAbsolute = row.decimal<'ratio'>('bandAbsolute');
  const bandRelative = row.decimal<'ratio'>('bandRelative');
  const substitutes: InstrumentSymbol[] = [];
  for (const part of (row.text('substitutes') ?? '').split(';')) {
    const text = part.trim();
    if (text === '') continue;
    const known = reading.instruments.get(text as InstrumentSymbol);
    if (known === undefined) {
      row.fault('SYMBOL_UNKNOWN', `no security ${text.slice(0, 60)}`, 'substitutes');
    } else if (component?.kind === 'instrument' && component.symbol === known.symbol) {
      row.fault('RECORD_DUPLICATE', `${known.symbol} cannot replace itself`, 'substitutes');
    } else substitutes.push(known.symbol);
  }
  if (component === null || weight === null) return null;
  const hasDetail = bandAbsolute !== null || bandRelative !== null || substitutes.length > 0;
  if (component.kind === 'model' && hasDetail) {
    // Tolerance and substitutes belong to names: a model is never out of its band, its names are.
    const text = `bands and substitutes of ${componentText(component)} are not used; give them to its names`;
    const location = { file: 'models.csv', row: row.row };
    reading.findings.push(warningFinding('MODEL_LINE_DETAIL_UNUSED', text, location));
  }
  return { component, weight, bandAbsolute, bandRelative, substitutes };
}

function componentFrom(reading: Reading, row: TableRow): ModelComponent | null {
  const raw = row.raw('component');
  if (!raw.startsWith(MODEL_PREFIX)) {
    if (raw !== '' && !reading.instruments.has(raw as InstrumentSymbol)) {
      const text = row.id('component');
      if (text !== null && !reading.instruments.has(text as InstrumentSymbol)) {
        return row.fault('MODEL_COMPONENT_UNKNOWN', `no security ${text}`, 'component');
      }
    }
    const symbol = instrumentOfRow(reading, row, 'component');
    return symbol === null ? null : { kind: 'instrument', symbol };
  }
  const modelId = raw.slice(MODEL_PREFIX.length);
  if (!isIdentifier(modelId)) {
    return row.fault(
      'IDENTIFIER_INVALID',
      `${JSON.stringify(raw.slice(0, 60))} is no model`,
      'component',
    );
  }
  return { kind: 'model', modelId: modelId as ModelPortfolioId };
}

function checkSum(reading: Reading, modelId: ModelPortfolioId, lines: readonly ModelDraft[]): void {
  // A model with a refused line has no sum worth reporting.
  if (reading.rejectedModels.has(modelId)) return;
  const total = sum(lines.map(({ line }) => line.weight));
  if (total.equals(ONE)) return;
  reject(reading, modelId, {
    code: 'MODEL_WEIGHTS_NOT_ONE',
    message: `the weights of ${modelId} add up to ${total.toString()}`,
    row: lines[0]?.row ?? 1,
  });
}

function reject(
  reading: Reading,
  modelId: ModelPortfolioId,
  cause: {
    readonly code:
      | 'MODEL_WEIGHTS_NOT_ONE'
      | 'MODEL_CYCLE'
      | 'MODEL_NESTING_TOO_DEEP'
      | 'MODEL_COMPONENT_UNKNOWN';
    readonly message: string;
    readonly row: number;
  },
): void {
  reading.rejectedModels.add(modelId);
  const location = { file: 'models.csv', row: cause.row, column: 'component' };
  reading.findings.push(errorFinding(cause.code, cause.message, location));
}

function componentsOf(drafts: Drafts, modelId: ModelPortfolioId): ModelPortfolioId[] {
  return (drafts.get(modelId) ?? []).flatMap(({ line }) =>
    line.component.kind === 'model' ? [line.component.modelId] : [],
  );
}

/** Reports each cycle once, by depth-first search with an explicit stack (a chain may be long). */
function rejectCycles(reading: Reading, drafts: Drafts): void {
  const done = new Set<ModelPortfolioId>();
  for (const start of drafts.keys()) {
    const path: { readonly modelId: ModelPortfolioId; readonly rest: ModelPortfolioId[] }[] = [];
    const enter = (modelId: ModelPortfolioId): void => {
      path.push({ modelId, rest: componentsOf(drafts, modelId) });
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        done.add(top.modelId);
        path.pop();
        continue;
      }
      const from = path.findIndex(({ modelId }) => modelId === next);
      if (from === -1) {
        if (!done.has(next) && drafts.has(next)) enter(next);
        continue;
      }
      const cycle = path.slice(from).map(({ modelId }) => modelId);
      for (const modelId of cycle) reading.rejectedModels.add(modelId);
      const message = `cycle ${[...cycle, next].join(' -> ')}`;
      reject(reading, next, { code: 'MODEL_CYCLE', message, row: drafts.get(next)?.[0]?.row ?? 1 });
    }
  }
}

/** Cycles are out by now, so every model gets a height, lowest first; one above the limit is refused. */
function rejectDeepNesting(reading: Reading, drafts: Drafts): void {
  const low = new Set<ModelPortfolioId>();
  // What was refused for another reason has its own finding, and so will what holds it.
  const refused = new Set<string>(reading.rejectedModels);
  const isLow = (modelId: ModelPortfolioId): boolean =>
    low.has(modelId) || refused.has(modelId) || !drafts.has(modelId);
  for (let height = 1; height <= NESTING_MAX; height += 1) {
    const next = [...drafts.keys()].filter(
      (modelId) => !low.has(modelId) && componentsOf(drafts, modelId).every(isLow),
    );
    for (const modelId of next) low.add(modelId);
  }
  for (const [modelId, lines] of drafts) {
    if (low.has(modelId) || reading.rejectedModels.has(modelId)) continue;
    const message = `${modelId} nests more than ${String(NESTING_MAX)} deep, or holds a model that does`;
    reject(reading, modelId, {
      code: 'MODEL_NESTING_TOO_DEEP',
      message,
      row: lines[0]?.row ?? 1,
    });
  }
}

/** A model that names an unknown or a refused model is refused too, and so on upwards. */
function rejectDependents(reading: Reading, drafts: Drafts): void {
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const [modelId, lines] of drafts) {
      if (reading.rejectedModels.has(modelId)) continue;
      for (const { row, line } of lines) {
        if (line.component.kind !== 'model') continue;
        const named = line.component.modelId;
        const isRejected = reading.rejectedModels.has(named);
        if (drafts.has(named) && !isRejected) continue;
        const message = isRejected ? `model ${named} was rejected` : `no model ${named}`;
        reject(reading, modelId, { code: 'MODEL_COMPONENT_UNKNOWN', message, row });
        isChanged = true;
      }
    }
  }
}

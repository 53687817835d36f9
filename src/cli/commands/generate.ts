/** `evenkeel generate firm --seed S --households N --out DIR`, without the command line around it. */
import { writeFirmDirectory } from '../../connectors/index.ts';
import { generateFirm } from '../../simulator/firm/index.ts';
import type { FirmOptions } from '../../simulator/firm/index.ts';
import { saveFirmDirectory } from '../firm-directory-files.ts';

export interface GenerateOptions extends FirmOptions {
  /** Where the firm directory is written; made if it is not there. */
  readonly out: string;
}

export interface GenerateSummary {
  readonly out: string;
  readonly asOf: string;
  readonly households: number;
  readonly accounts: number;
  readonly taxLots: number;
  readonly securities: number;
  readonly files: readonly string[];
}

/** Generates a synthetic firm and writes it as a firm directory. @throws AssertionError on bad options */
export async function generateFirmCommand(options: GenerateOptions): Promise<GenerateSummary> {
  const book = generateFirm(options);
  const files = writeFirmDirectory(book);
  await saveFirmDirectory(options.out, files);
  const [bars] = book.prices.values();
  let taxLots = 0;
  for (const lots of book.taxLots.values()) taxLots += lots.length;
  return {
    out: options.out,
    asOf: bars?.at(-1)?.date ?? '',
    households: book.households.size,
    accounts: book.accounts.size,
    taxLots,
    securities: book.instruments.size,
    files: [...files.keys()],
  };
}

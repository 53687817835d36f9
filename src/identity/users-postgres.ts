/** People in PostgreSQL. */
import { identifier, type UserId } from '../domain/index.ts';
import { assert } from '../kernel/index.ts';
import type { Database, Queryable, Transaction } from '../db/index.ts';
import type { Role } from '../domain/index.ts';
import { isRole, roleConflict } from './permission.ts';
import type { User } from './user.ts';

interface UserRow {
  readonly user_id: string;
  readonly username: string;
  readonly display_name: string;
  readonly password_hash: string;
  readonly roles: readonly string[];
}

const COLUMNS = 'user_id, username, display_name, password_hash, roles';

export interface NewUser {
  readonly userId: UserId;
  readonly username: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly passwordHash: string;
}

function userOf(row: UserRow): User {
  const roles = row.roles.filter(isRole);
  assert(roles.length === row.roles.length, 'stored roles are of the closed list');
  return {
    userId: identifier<UserId>(row.user_id),
    username: row.username,
    displayName: row.display_name,
    roles,
  };
}

/** An active user by name, with the password hash; null when there is none. */
export async function findUser(
  database: Queryable,
  firmId: string,
  username: string,
): Promise<{ readonly user: User; readonly passwordHash: string } | null> {
  const { rows } = await database.query<UserRow>(
    `SELECT ${COLUMNS} FROM app_user WHERE firm_id = $1 AND username = $2 AND is_active`,
    [firmId, username.toLowerCase()],
  );
  const row = rows[0];
  return row === undefined ? null : { user: userOf(row), passwordHash: row.password_hash };
}

/** Everybody, by name. */
export async function listUsers(database: Queryable, firmId: string): Promise<readonly User[]> {
  const { rows } = await database.query<UserRow>(
    `SELECT ${COLUMNS} FROM app_user WHERE firm_id = $1 ORDER BY username`,
    [firmId],
  );
  return rows.map(userOf);
}

/**
 * Adds a person; false when the name is taken.
 *
 * @throws AssertionError if the roles may not be held together (ID3)
 */
export async function insertUser(tx: Transaction, firmId: string, user: NewUser): Promise<boolean> {
  assert(roleConflict(user.roles) === null, 'nobody is on both sides of an approval');
  const { rowCount } = await tx.query(
    `INSERT INTO app_user (firm_id, user_id, username, display_name, password_hash, roles)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [firmId, user.userId, user.username, user.displayName, user.passwordHash, [...user.roles]],
  );
  return rowCount === 1;
}

/** Replaces a password and ends the person's sessions. */
export async function replacePassword(
  tx: Transaction,
  firmId: string,
  change: { readonly userId: UserId; readonly passwordHash: string },
): Promise<void> {
  await tx.query('UPDATE app_user SET password_hash = $3 WHERE firm_id = $1 AND user_id = $2', [
    firmId,
    change.userId,
    change.passwordHash,
  ]);
  await tx.query('DELETE FROM user_session WHERE firm_id = $1 AND user_id = $2', [
    firmId,
    change.userId,
  ]);
}

/** Names by id, for screens that show who did what. */
export async function displayNames(
  database: Database,
  firmId: string,
): Promise<ReadonlyMap<string, string>> {
  const users = await listUsers(database, firmId);
  return new Map(users.map((user) => [user.userId, user.displayName]));
}

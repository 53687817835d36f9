/** Signing in and out, and the first people of a new firm. Every outcome leaves an audit entry. */
import { err, ok, sha256, type Result } from '../kernel/index.ts';
import { errorFinding, identifier, type Finding, type UserId } from '../domain/index.ts';
import type { AuditWriter, Database, Transaction } from '../db/index.ts';
import { generatePassword, hashPassword, verifyPassword } from './password.ts';
import type { Role } from '../domain/index.ts';
import {
  clearFailures,
  countFailure,
  deleteSession,
  failuresOf,
  FAILURES_PER_ADDRESS_MAX,
  FAILURES_PER_NAME_MAX,
  findSession,
  insertSession,
} from './sessions-postgres.ts';
import type { OpenedSession, Session, User } from './user.ts';
import {
  displayNames,
  findUser,
  insertUser,
  listUsers,
  replacePassword,
} from './users-postgres.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Remote address, for the counter against guessing. */
  readonly address: string;
}

/** A person to create at first start. */
export interface SeedPerson {
  readonly username: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
}

export interface SeededPerson extends SeedPerson {
  /** Null when the person was there already and keeps the password they have. */
  readonly password: string | null;
}

export interface Directory {
  /** @refuses CREDENTIALS_WRONG, LOGIN_LIMITED */
  signIn(credentials: Credentials): Promise<Result<OpenedSession, Finding>>;
  signOut(session: Session, token: string): Promise<void>;
  /** The person behind a cookie; null when the session is closed or has lapsed. */
  sessionOf(token: string): Promise<Session | null>;
  people(): Promise<readonly User[]>;
  displayNames(): Promise<ReadonlyMap<string, string>>;
  /** Creates who is missing. A given password also replaces that of those who exist. */
  seed(people: readonly SeedPerson[], password: string | null): Promise<readonly SeededPerson[]>;
}

export interface DirectoryOptions {
  readonly database: Database;
  readonly audit: AuditWriter;
  readonly firmId: string;
}

export function createDirectory(options: DirectoryOptions): Directory {
  const { database, firmId } = options;
  return {
    signIn: (credentials) => signIn(options, credentials),
    signOut: (session, token) =>
      database.transaction(async (tx) => {
        await deleteSession(tx, firmId, token);
        await record(options, tx, { actor: session.user.userId, action: 'session.closed' });
      }),
    sessionOf: (token) => findSession(database, firmId, token),
    people: () => listUsers(database, firmId),
    displayNames: () => displayNames(database, firmId),
    seed: (people, password) => seed(options, people, password),
  };
}

async function signIn(
  options: DirectoryOptions,
  credentials: Credentials,
): Promise<Result<OpenedSession, Finding>> {
  const { database, firmId } = options;
  const username = credentials.username.toLowerCase();
  // A name that was tried is not kept in the clear: people type passwords into the wrong field.
  const nameBucket = `name:${sha256(username)}`;
  const addressBucket = `address:${credentials.address}`;
  const isLimited =
    (await failuresOf(database, firmId, nameBucket)) >= FAILURES_PER_NAME_MAX ||
    (await failuresOf(database, firmId, addressBucket)) >= FAILURES_PER_ADDRESS_MAX;
  if (isLimited) {
    return err(errorFinding('LOGIN_LIMITED', 'too many failed attempts; try again in 15 minutes'));
  }
  const found = await findUser(database, firmId, username);
  if (!(await verifyPassword(found?.passwordHash ?? null, credentials.password))) {
    await countFailure(database, firmId, nameBucket);
    await countFailure(database, firmId, addressBucket);
    await database.transaction((tx) =>
      record(options, tx, {
        actor: found?.user.userId ?? 'system:anonymous',
        action: 'session.refused',
      }),
    );
    return err(errorFinding('CREDENTIALS_WRONG', 'the name or the password is wrong'));
  }
  return database.transaction(async (tx) => {
    await clearFailures(tx, firmId, nameBucket);
    const { user } = found as { readonly user: User };
    const session = await insertSession(tx, firmId, user);
    await record(options, tx, { actor: user.userId, action: 'session.opened' });
    return ok(session);
  });
}

async function record(
  options: DirectoryOptions,
  tx: Transaction,
  event: { readonly actor: string; readonly action: string; readonly subjectId?: string },
): Promise<void> {
  await options.audit.append(tx, {
    actor: event.actor,
    action: event.action,
    subjectKind: 'user',
    subjectId: event.subjectId ?? event.actor,
    correlationId: null,
    causationId: null,
    reasonCode: null,
    reasonText: null,
    payload: {},
  });
}

async function seed(
  options: DirectoryOptions,
  people: readonly SeedPerson[],
  password: string | null,
): Promise<readonly SeededPerson[]> {
  const seeded: SeededPerson[] = [];
  for (const person of people) seeded.push(await seedOne(options, person, password));
  return seeded;
}

async function seedOne(
  options: DirectoryOptions,
  person: SeedPerson,
  password: string | null,
): Promise<SeededPerson> {
  const { database, firmId } = options;
  const existing = await findUser(database, firmId, person.username);
  if (existing !== null && password === null) return { ...person, password: null };
  if (existing !== null && password !== null) {
    if (await verifyPassword(existing.passwordHash, password)) return { ...person, password };
    const passwordHash = await hashPassword(password);
    await database.transaction(async (tx) => {
      await replacePassword(tx, firmId, { userId: existing.user.userId, passwordHash });
      await record(options, tx, {
        actor: 'system:server',
        action: 'user.passwordReplaced',
        subjectId: existing.user.userId,
      });
    });
    return { ...person, password };
  }
  const chosen = password ?? generatePassword();
  const passwordHash = await hashPassword(chosen);
  const isNew = await database.transaction(async (tx) => {
    const userId = identifier<UserId>(person.username);
    const isInserted = await insertUser(tx, firmId, { ...person, userId, passwordHash });
    if (isInserted) {
      await record(options, tx, {
        actor: 'system:server',
        action: 'user.created',
        subjectId: userId,
      });
    }
    return isInserted;
  });
  return { ...person, password: isNew ? chosen : null };
}

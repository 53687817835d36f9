export {
  createDirectory,
  type Credentials,
  type Directory,
  type DirectoryOptions,
  type SeededPerson,
  type SeedPerson,
} from './directory.ts';
export {
  CHECKER_ACTIONS,
  isPermitted,
  MAKER_ACTIONS,
  PERMISSIONS,
  permissionsOf,
  roleConflict,
} from './permission.ts';
export type { OpenedSession, Session, User } from './user.ts';

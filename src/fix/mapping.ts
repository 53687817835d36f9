/** The only place where FIX characters become our words and back; split by who speaks. */
export * from './mapping/codes.ts';
export * from './mapping/replies.ts';
export * from './mapping/requests.ts';

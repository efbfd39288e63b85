/** Who calls, and what they may do. Keys and users change how a `Principal` is made, never how it is used. */
export { localUser } from './local-user.ts';
export {
  changeAllowed,
  hostAllowed,
  isLoopback,
  type OriginPolicy,
  originAllowed,
  type RequestOrigin,
} from './origins.ts';
export { type Principal, requireScope, SCOPES, type Scope } from './principal.ts';

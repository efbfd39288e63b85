import { invariant } from './invariant.ts';

/** A word that this program stored, as the member of the union that it is. */
export function memberOf<const Member extends string>(members: readonly Member[], word: string): Member {
  const member = members.find((candidate) => candidate === word);
  invariant(member !== undefined, `a stored word is one of ${members.join(', ')}; it is ${word}`);
  return member;
}

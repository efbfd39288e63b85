/** Ids of rows: whole numbers from 1 on, 32-bit integers in both databases. */

/** The greatest id that a row can have. */
export const LARGEST_ROW_ID = 2_147_483_647;

/** Whether a value from outside is a number that a row could have as its id. */
export function isRowId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LARGEST_ROW_ID;
}

/**
 * A sum that carries what rounding took from it (Neumaier 1974, "improved Kahan–Babuška"): after a million additions
 * and removals it equals the exact sum to the last digits, also when a huge term came and went.
 */
export class CompensatedSum {
  private sum = 0;
  private lost = 0;

  /** Adds `term`; a removal is the addition of its negative. */
  add(term: number): void {
    const next = this.sum + term;
    this.lost += Math.abs(this.sum) >= Math.abs(term) ? this.sum - next + term : term - next + this.sum;
    this.sum = next;
  }

  /** The sum, rounded once. */
  get value(): number {
    return this.sum + this.lost;
  }
}

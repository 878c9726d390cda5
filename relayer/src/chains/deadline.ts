/** When a question is given up, over all attempts. */
export class Deadline {
  readonly #at: number;

  constructor(milliseconds: number) {
    this.#at = performance.now() + milliseconds;
  }

  /** Milliseconds, at least 1: a request without a limit would wait for ever. */
  left(): number {
    return Math.max(1, this.#at - performance.now());
  }

  /** An even part of what is left, for one of so many attempts. */
  part(attempts: number): Deadline {
    return new Deadline(this.left() / attempts);
  }
}

import { operations } from "../../support/operations.ts";
import { documented } from "./values.ts";

/** What was asked and answered, by operation and status. */
export class Tally {
  readonly #answers = new Map<string, Map<number, number>>(operations.map(({ id }) => [id, new Map()]));
  #authenticated = 0;

  count(operation: string, status: number, authenticated: boolean): void {
    const statuses = this.#answers.get(operation) as Map<number, number>;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (authenticated) this.#authenticated++;
  }

  get requests(): number {
    return this.#sum(() => true);
  }

  /** Share of the requests with a good token, from 0 to 1. */
  get authenticated(): number {
    return this.#authenticated / this.requests;
  }

  /** Share of the answers 429, from 0 to 1. */
  get limited(): number {
    return this.#sum((status) => status === 429) / this.requests;
  }

  /** Successes that the document promises and that no answer was. */
  get unseen(): string[] {
    return [...this.#answers].flatMap(([id, seen]) =>
      Object.keys(documented.get(id)?.responses ?? {})
        .filter((status) => status.startsWith("2") && !seen.has(Number(status)))
        .map((status) => `${id} ${status}`),
    );
  }

  get operations(): Record<string, Record<string, number>> {
    return Object.fromEntries([...this.#answers].map(([id, statuses]) => [id, Object.fromEntries(statuses)]));
  }

  #sum(counts: (status: number) => boolean): number {
    let sum = 0;
    for (const statuses of this.#answers.values()) {
      for (const [status, count] of statuses) if (counts(status)) sum += count;
    }
    return sum;
  }
}

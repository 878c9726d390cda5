import type { Mutant } from "./mutants.ts";

/** In which order the test files have their try at a mutant: those first that are likely to notice it soon. */
export class Order {
  readonly #durations: Readonly<Record<string, number>>;
  readonly #kills = new Map<string, number>();

  /** @param durations Milliseconds that each test file takes. */
  constructor(durations: Readonly<Record<string, number>>) {
    this.#durations = durations;
  }

  /** Remembers who noticed a mutant. */
  learn(mutant: Mutant, file: string): void {
    for (const key of [`${file} ${mutant.file} ${mutant.in}`, `${file} ${mutant.file}`]) {
      this.#kills.set(key, (this.#kills.get(key) ?? 0) + 1);
    }
  }

  /** @param first The file that noticed this very mutant another time. */
  of(mutant: Mutant, first?: string): string[] {
    const kills = (key: string) => this.#kills.get(key) ?? 0;
    const worth = (file: string) => {
      if (file === first) return Number.POSITIVE_INFINITY;
      const expected =
        6 * kills(`${file} ${mutant.file} ${mutant.in}`) +
        kills(`${file} ${mutant.file}`) +
        (isNamesake(file, mutant) ? 3 : 0);
      return (expected + 0.1) / (500 + (this.#durations[file] ?? 0));
    };
    return Object.keys(this.#durations).sort((a, b) => worth(b) - worth(a) || (a < b ? -1 : 1));
  }
}

/** `escrow-deposit.test.ts` is about `KeystoneEscrow.sol` and what lies in `escrow`. */
function isNamesake(file: string, mutant: Mutant): boolean {
  const topic = /([^/]+?)(-[^/]*)?\.test\.ts$/.exec(file)?.[1] ?? "";
  return topic !== "" && mutant.file.toLowerCase().includes(topic);
}

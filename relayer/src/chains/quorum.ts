/** Too few sources gave the same answer. `reasons` has, by the place of the source, why it gave none. */
export class NoQuorum extends Error {
  readonly reasons: ReadonlyMap<number, unknown>;
  constructor(reasons: ReadonlyMap<number, unknown>) {
    super("too few gave the same answer");
    this.name = "NoQuorum";
    this.reasons = reasons;
  }
}

/**
 * The first answer that so many give alike; `key` names what has to be alike. Rejects with NoQuorum as soon as no answer can get there,
 * and so at the latest when all have answered.
 */
export function firstAgreed<T>(answers: readonly Promise<T>[], quorum: number, key: (value: T) => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const votes = new Map<string, number>();
    const reasons = new Map<number, unknown>();
    let open = answers.length;
    const look = () => {
      const most = Math.max(0, ...votes.values());
      if (most + open < quorum) reject(new NoQuorum(reasons));
    };
    look();
    for (const [index, answer] of answers.entries()) {
      answer
        .then((value) => {
          const name = key(value);
          const count = (votes.get(name) ?? 0) + 1;
          votes.set(name, count);
          if (count >= quorum) resolve(value);
        })
        .catch((reason: unknown) => void reasons.set(index, reason))
        .then(() => {
          open--;
          look();
        });
    }
  });
}

/** Those that are waited for when enough have answered; the others are slow, or will never answer. */
const PATIENCE_MS = 500;

/** The answers once all are there, or some time after enough of them. */
export async function enough<T>(answers: readonly Promise<T>[], quorum: number): Promise<T[]> {
  const values: T[] = [];
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    let open = answers.length;
    if (open === 0) resolve();
    for (const answer of answers) {
      answer
        .then((value) => {
          values.push(value);
          if (values.length === quorum) timer = setTimeout(resolve, PATIENCE_MS);
        })
        .catch(() => undefined)
        .then(() => {
          if (--open === 0) resolve();
        });
    }
  });
  clearTimeout(timer);
  return [...values];
}

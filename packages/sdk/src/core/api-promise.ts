/** How much more the environment may ask for. */
export interface RateLimit {
  /** Requests per minute. */
  limit: number;
  remaining: number;
  /** When there are all of them again: ISO 8601. */
  resetAt: string;
}

/** An answer with what came along. */
export interface Answered<T> {
  data: T;
  status: number;
  requestId: string | undefined;
  /** The idempotency key was known: this is what the first call made. */
  replayed: boolean;
  rateLimit: RateLimit | undefined;
  headers: Headers;
}

/** The promise of what a call gives; `withResponse` has the rest of the answer. */
export class ApiPromise<T> extends Promise<T> {
  readonly #answered: Promise<Answered<T>>;

  constructor(answered: Promise<Answered<T>>) {
    super((resolve, reject) => {
      answered.then(({ data }) => resolve(data), reject);
    });
    this.#answered = answered;
  }

  // What `then` gives is a plain promise.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  withResponse(): Promise<Answered<T>> {
    // Whoever takes the answer gets the error there; nobody is missed here.
    this.catch(() => {});
    return this.#answered;
  }
}

/** What came along with an answer. */
export function answeredWith<T>(data: T, { status, headers }: { status: number; headers: Headers }): Answered<T> {
  const [limit, remaining, reset] = ["limit", "remaining", "reset"].map((name) => {
    const text = headers.get(`x-ratelimit-${name}`);
    return text === null ? Number.NaN : Number(text);
  }) as [number, number, number];
  return {
    data,
    status,
    requestId: headers.get("x-request-id") ?? undefined,
    replayed: headers.get("idempotent-replayed") === "true",
    rateLimit: Number.isNaN(limit + remaining + reset)
      ? undefined
      : { limit, remaining, resetAt: new Date(reset * 1_000).toISOString() },
    headers,
  };
}

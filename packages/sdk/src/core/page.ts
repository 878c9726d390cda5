import { ApiPromise } from "./api-promise.ts";

/** A list as the API gives it: one page. */
export interface PageData<T> {
  items: T[];
  total: number;
  limit: number;
  offset: number;
  nextCursor: string | null;
}

/** Where the next page begins. */
export type PageStart = { cursor: string } | { offset: number };

/** One page of a list. */
export class Page<T> implements PageData<T> {
  readonly items: T[];
  /** How many there are with these filters. */
  readonly total: number;
  readonly limit: number;
  /** How many come before this page. */
  readonly offset: number;
  readonly nextCursor: string | null;
  readonly #turn: (start: PageStart) => Promise<Page<T>>;

  constructor(data: PageData<T>, turn: (start: PageStart) => Promise<Page<T>>) {
    this.items = data.items;
    this.total = data.total;
    this.limit = data.limit;
    this.offset = data.offset;
    this.nextCursor = data.nextCursor;
    this.#turn = turn;
  }

  /** Whether there is more to read than this page. */
  hasNext(): boolean {
    return this.items.length > 0 && this.offset + this.items.length < this.total;
  }

  /** The page behind this one, with the same filters; also to ask later for what is new at the end of `events.list`. */
  next(): Promise<Page<T>> {
    const { nextCursor } = this;
    return this.#turn(nextCursor === null ? { offset: this.offset + this.items.length } : { cursor: nextCursor });
  }
}

/** Awaited it is one page; iterated it is every item of this page and of all that follow. */
export class PagePromise<T> extends ApiPromise<Page<T>> implements AsyncIterable<T> {
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let page: Page<T> = await this; ; page = await page.next()) {
      yield* page.items;
      if (!page.hasNext()) return;
    }
  }

  /** All items, or the first `limit` of them. */
  async toArray({ limit = Number.POSITIVE_INFINITY }: { limit?: number } = {}): Promise<T[]> {
    const items: T[] = [];
    for await (const item of this) {
      if (items.length < limit) items.push(item);
      if (items.length >= limit) break;
    }
    return items;
  }
}

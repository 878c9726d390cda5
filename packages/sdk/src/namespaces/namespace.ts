import type { Caller } from "../core/caller.ts";

/** Calls of one subject. */
export abstract class Namespace {
  readonly #api: Caller;

  constructor(api: Caller) {
    this.#api = api;
  }

  // On the prototype, so that printing a client shows its subjects and not what they share.
  protected get api(): Caller {
    return this.#api;
  }
}

declare const types: unique symbol;

/**
 * One operation of the API: method and path, with `{}` for each id, and in front of them flags if there are any. `o`: open, needs no
 * token. `b`, `h`: creates something; its idempotency key goes into the body or a header. `r`: raw, its names are not the API's own.
 * To the compiler it is also what body and query are, and what is answered: of a page, its items.
 */
export type Operation<Body, Query, Answer> = string & {
  readonly [types]: { body: Body; query: Query; answer: Answer };
};

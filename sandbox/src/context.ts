import type { OwnApi } from "./api/own-api.ts";
import type { Account } from "./chain/account.ts";
import type { Chain } from "./chain/chain.ts";
import type { Logger } from "./log.ts";

/** One test chain, with the two accounts that this process has there. */
export interface Ground {
  chain: Chain;
  faucet: Account;
  counterparty: Account;
}

/** What faucet and counterparty work with. */
export interface Dependencies {
  /** By chain id. */
  grounds: ReadonlyMap<number, Ground>;
  own: OwnApi;
  log: Logger;
  /** Wei. */
  gasFloor: bigint;
  /** Whole token units. */
  maxQuantity: string;
}

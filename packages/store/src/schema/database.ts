import type { ChainViews } from "./chain.ts";
import type { PlatformTables } from "./platform.ts";

type Prefixed<Schema extends string, Tables> = { [K in keyof Tables & string as `${Schema}.${K}`]: Tables[K] };

/** Every name carries its schema: `keystone.settlement` is what was agreed, `indexer.settlement` what the chain shows of it. */
export type Database = Prefixed<"keystone", PlatformTables> & Prefixed<"indexer", ChainViews>;

import type { ColumnType } from "kysely";

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type Int8 = ColumnType<bigint, bigint | number, bigint | number>;

interface StreamPlaceTable {
  id: string;
  environment_id: string;
  leased_until: ColumnType<Date, Date | string, Date | string>;
}

interface StreamMarkTable {
  environment_id: string;
  event_id: string;
  settlement_id: string;
  /** Recorded events up to here were shown before the fact was. */
  position: Int8;
  created_at: Timestamp;
}

interface RelayerPauseTable {
  chain_id: Int8;
  reason: string;
  by: string;
  since: Timestamp;
}

/** Tables of the schema `keystone` about streams, and about what operators have stopped. */
export interface OperationsTables {
  relayer_pause: RelayerPauseTable;
  stream_mark: StreamMarkTable;
  stream_place: StreamPlaceTable;
}

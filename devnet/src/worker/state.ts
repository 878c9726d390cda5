import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Hex } from "viem";
import type { Faults } from "./faults.ts";

/** A message that is not known to be delivered yet. */
export interface Outstanding {
  /** Data of its PacketSent event. */
  data: Hex;
  /** Chain and position it was sent at. */
  chainId: number;
  blockNumber: number;
  logIndex: number;
  /** Milliseconds since 1970 when its confirmations were complete. */
  dueSince: number;
  /** Attempts that were lost so far. */
  lost: number;
  /** Milliseconds since 1970 of the last lost attempt. */
  lastLost: number;
  /** Reverted deliveries. After three it is left to others. */
  reverted: number;
  /** Repetitions already made. */
  repeated: number;
}

export interface WorkerState {
  faults: Faults;
  /** By chain id: the last block whose packets are known, and the chain it belongs to. */
  cursors: Record<string, { genesis: Hex; block: number }>;
  /** By guid. */
  packets: Record<Hex, Outstanding>;
}

/** What the worker remembers across a kill -9. Everything else it reads from the chains. */
export class StateFile {
  readonly state: WorkerState;
  readonly #file: string;
  #written: string;

  constructor(file: string) {
    this.#file = file;
    this.#written = existsSync(file) ? readFileSync(file, "utf8") : "";
    this.state = this.#written === "" ? { faults: {}, cursors: {}, packets: {} } : JSON.parse(this.#written);
  }

  save(): void {
    const text = JSON.stringify(this.state);
    if (text === this.#written) return;
    writeFileSync(`${this.#file}.new`, text);
    renameSync(`${this.#file}.new`, this.#file);
    this.#written = text;
  }
}

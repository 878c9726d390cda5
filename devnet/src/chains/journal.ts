import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "viem";

/** A block as far as it is needed to mine it again: on the same parent it comes out with the same hash. */
export interface RecordedBlock {
  number: number;
  hash: Hex;
  /** Unix seconds. */
  timestamp: number;
  /** Hashes of its transactions, in order. */
  transactions: Hex[];
}

type BlockId = Pick<RecordedBlock, "number" | "hash">;
type Line = { transaction: Hex; raw: Hex } | { block: RecordedBlock };

/**
 * What survives a kill -9 of a node: its dumped state from time to time, and behind that every block, and every transaction it
 * accepted, written the moment the node says so. A torn last line is ignored.
 */
export class Journal {
  /** Timestamp of the genesis block, Unix seconds. */
  readonly genesisTime: number;
  readonly chainId: number;
  /** Blocks since the dumped state, ascending and without gaps. */
  readonly blocks: RecordedBlock[] = [];
  /** Where the node's dumped state lies, for its --load-state. */
  readonly stateFile: string;
  readonly #file: string;
  readonly #raw = new Map<Hex, Hex>();
  #base: BlockId | null = null;

  constructor(dir: string, chainId: number) {
    mkdirSync(dir, { recursive: true });
    this.chainId = chainId;
    this.stateFile = join(dir, "state.json");
    this.#file = join(dir, "journal.jsonl");
    const originFile = join(dir, "origin.json");
    if (!existsSync(originFile)) writeWhole(originFile, JSON.stringify({ genesisTime: Math.floor(Date.now() / 1000) }));
    this.genesisTime = JSON.parse(readFileSync(originFile, "utf8")).genesisTime;
    if (!existsSync(this.#file)) return;
    const text = readFileSync(this.#file, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) writeWhole(this.#file, whole);
    for (const line of whole.split("\n")) if (line !== "") this.#apply(JSON.parse(line));
  }

  get hasState(): boolean {
    return existsSync(this.stateFile);
  }

  /** The newest block on record, null when there is none yet. */
  get head(): BlockId | null {
    return this.blocks.at(-1) ?? this.#base;
  }

  /** The block that the dumped state stands at; what lies before it is not on record. */
  get base(): BlockId | null {
    return this.#base;
  }

  hashAt(number: number): Hex | null {
    if (number === this.#base?.number) return this.#base.hash;
    return this.blocks[number - (this.blocks[0]?.number ?? 0)]?.hash ?? null;
  }

  /** The signed bytes of a transaction on record. */
  raw(transaction: Hex): Hex | undefined {
    return this.#raw.get(transaction);
  }

  /** Signed bytes of the transactions that no block holds yet, in the order they came. */
  get pending(): Hex[] {
    const mined = new Set(this.blocks.flatMap((block) => block.transactions));
    return [...this.#raw].filter(([hash]) => !mined.has(hash)).map(([, raw]) => raw);
  }

  addTransaction(transaction: Hex, raw: Hex): void {
    if (!this.#raw.has(transaction)) this.#append({ transaction, raw });
  }

  /** A block whose number is on record already replaces that one and everything above it. */
  addBlock(block: RecordedBlock): void {
    this.#append({ block });
  }

  /** The dumped state stands at this block, so nothing up to it has to be mined again. */
  rebase(base: BlockId): void {
    this.#base = base;
    const covered = this.blocks.filter((block) => block.number <= base.number);
    this.blocks.splice(0, covered.length);
    for (const transaction of covered.flatMap((block) => block.transactions)) this.#raw.delete(transaction);
  }

  /**
   * Replaces the dumped state and forgets the record up to `base`. `base` may be older than the state: blocks that the state holds
   * are passed over at a start. Whatever moment this is interrupted at, a start finds a whole state.
   */
  writeState(state: Buffer, base: BlockId): void {
    writeWhole(this.stateFile, state);
    this.rebase(base);
    const lines: Line[] = [...this.#raw].map(([transaction, raw]) => ({ transaction, raw }));
    for (const block of this.blocks) lines.push({ block });
    writeWhole(this.#file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  #append(line: Line): void {
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#apply(line);
  }

  #apply(line: Line): void {
    if ("raw" in line) {
      this.#raw.set(line.transaction, line.raw);
      return;
    }
    while ((this.blocks.at(-1)?.number ?? -1) >= line.block.number) this.blocks.pop();
    this.blocks.push(line.block);
  }
}

/** A file is either the old or the new one, never half of it. */
function writeWhole(file: string, content: string | Buffer): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

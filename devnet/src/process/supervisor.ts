import { setTimeout as sleep } from "node:timers/promises";
import { DevnetError } from "../errors.ts";

/** A process that is up and ready. */
export interface Running {
  pid: number;
  /** Resolves when it has ended, for whatever reason. */
  exited: Promise<void>;
  /** Ends it in order. */
  stop: () => Promise<void>;
}

/**
 * Something that can be started again and again. `start` resolves when it is ready, leaves nothing behind when it fails, and fails soon
 * once the signal is given.
 */
export interface Unit {
  name: string;
  start: (signal: AbortSignal) => Promise<Running>;
}

interface Supervised {
  unit: Unit;
  running: Running | null;
  /** False while it shall stay down. */
  wanted: boolean;
  restarts: number;
  /** The start under way, or the last one. */
  starting: Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Keeps processes running: what ends by itself is started again, after pauses that grow while it keeps failing. */
export class Supervisor {
  readonly #units = new Map<string, Supervised>();
  readonly #onEvent: (text: string) => void;
  readonly #onChange: (pids: number[]) => void;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | null = null;

  /**
   * @param onEvent Told in words when a process ended and when it is back.
   * @param onChange Told all process ids after every change.
   */
  constructor(onEvent: (text: string) => void, onChange: (pids: number[]) => void) {
    this.#onEvent = onEvent;
    this.#onChange = onChange;
  }

  get isStopping(): boolean {
    return this.#stopped !== null;
  }

  /** Starts a unit for the first time. @throws What the unit throws, and DevnetError WorldStopped. */
  async start(unit: Unit): Promise<void> {
    const supervised: Supervised = { unit, running: null, wanted: true, restarts: 0, starting: Promise.resolve() };
    this.#units.set(unit.name, supervised);
    supervised.starting = this.#launch(supervised);
    await supervised.starting;
  }

  /** Sends a signal. The process is started again if it ends of it. */
  async crash(name: string, signal: NodeJS.Signals): Promise<void> {
    const { running } = this.#find(name);
    if (running === null) return;
    process.kill(running.pid, signal);
    await running.exited;
  }

  /** Kills a process that then stays down until `resume`. */
  async hold(name: string): Promise<void> {
    const supervised = this.#find(name);
    supervised.wanted = false;
    await supervised.starting.catch(() => {});
    await this.crash(name, "SIGKILL");
  }

  /** Starts what `hold` has ended, and waits until it is ready. */
  async resume(name: string): Promise<void> {
    const supervised = this.#find(name);
    if (supervised.wanted) return this.ready(name);
    supervised.wanted = true;
    supervised.restarts++;
    supervised.starting = this.#launch(supervised);
    await supervised.starting;
  }

  /** Waits until a process that is being started again is ready. */
  async ready(name: string): Promise<void> {
    const supervised = this.#find(name);
    while (supervised.running === null) {
      this.#assertRunning();
      if (!supervised.wanted) throw new DevnetError("ProcessHeld", `${name} was told to stay down`);
      await supervised.starting.catch(() => {});
      if (supervised.running === null) await sleep(20);
    }
  }

  /** How often a process was started again. */
  restarts(name: string): number {
    return this.#find(name).restarts;
  }

  pid(name: string): number | null {
    return this.#find(name).running?.pid ?? null;
  }

  /** Ends everything, the youngest first. Repeated calls wait for the first. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    const units = [...this.#units.values()].reverse();
    for (const supervised of units) supervised.wanted = false;
    this.#stopping.abort();
    for (const supervised of units) {
      await supervised.starting.catch(() => {});
      await supervised.running?.stop();
    }
  }

  async #launch(supervised: Supervised): Promise<void> {
    this.#assertRunning();
    const running = await supervised.unit.start(this.#stopping.signal);
    supervised.running = running;
    this.#changed();
    void running.exited.then(() => {
      supervised.running = null;
      this.#changed();
      if (!supervised.wanted) return;
      this.#onEvent(`${supervised.unit.name} ended, starting it again`);
      supervised.starting = this.#relaunch(supervised);
    });
    // Told to stop while it was starting.
    if (this.isStopping) await running.stop();
  }

  async #relaunch(supervised: Supervised): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; supervised.wanted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await sleep(pause, undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (!supervised.wanted) return;
      supervised.restarts++;
      try {
        await this.#launch(supervised);
        this.#onEvent(`${supervised.unit.name} is back`);
        return;
      } catch (error) {
        if (!supervised.wanted) return;
        this.#onEvent(
          `${supervised.unit.name} does not come back yet: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  }

  #assertRunning(): void {
    if (this.isStopping) throw new DevnetError("WorldStopped", "the world is being stopped");
  }

  #changed(): void {
    this.#onChange([...this.#units.values()].flatMap(({ running }) => (running === null ? [] : [running.pid])));
  }

  #find(name: string): Supervised {
    const supervised = this.#units.get(name);
    if (supervised === undefined) throw new DevnetError("UnknownProcess", `there is no process ${name}`);
    return supervised;
  }
}

import type { CircuitState } from "@keystoneos/store";

/** When a provider is left alone, and how it is tried again. */
export interface CircuitConfig {
  /** Failures in a row that open the circuit. */
  failureThreshold: number;
  /** How long an open circuit refuses every call. */
  resetTimeoutSeconds: number;
  /** Calls let through after that; the circuit closes when so many have succeeded, and opens with the first that fails. */
  halfOpenMaxCalls: number;
}

export const CIRCUIT: CircuitConfig = { failureThreshold: 5, resetTimeoutSeconds: 60, halfOpenMaxCalls: 2 };

export interface Circuit {
  state: CircuitState;
  /** In a row. */
  failures: number;
  /** In a row; counted anew when the circuit is half open. */
  successes: number;
  /** Since when it has been so. */
  changedAt: Date;
  /** Calls let through while half open. */
  trials: number;
}

/** The circuit after letting a call through; null when it does not. */
export function admit(circuit: Circuit, now: Date, config: CircuitConfig): Circuit | null {
  if (circuit.state === "closed") return circuit;
  const rested = now.getTime() - circuit.changedAt.getTime() >= config.resetTimeoutSeconds * 1000;
  // A trial whose process died never reports: after the same time others are let through.
  if (rested) return { ...circuit, state: "half_open", changedAt: now, trials: 1, successes: 0 };
  if (circuit.state === "half_open" && circuit.trials < config.halfOpenMaxCalls) {
    return { ...circuit, trials: circuit.trials + 1 };
  }
  return null;
}

/** The circuit after a call has succeeded or failed. */
export function settle(circuit: Circuit, succeeded: boolean, now: Date, config: CircuitConfig): Circuit {
  const counted = succeeded
    ? { ...circuit, successes: circuit.successes + 1, failures: 0 }
    : { ...circuit, failures: circuit.failures + 1, successes: 0 };
  switch (circuit.state) {
    case "closed":
      return !succeeded && counted.failures >= config.failureThreshold ? open(counted, now) : counted;
    case "half_open":
      if (!succeeded) return open(counted, now);
      return counted.successes >= config.halfOpenMaxCalls ? { ...counted, state: "closed", changedAt: now } : counted;
    // A call from before it opened: it says nothing of now.
    case "open":
      return counted;
  }
}

function open(circuit: Circuit, now: Date): Circuit {
  return { ...circuit, state: "open", changedAt: now, trials: 0 };
}

import { type Execution, execute } from "./execute.ts";
import { root } from "./root.ts";

/** Compiles what has changed in the contracts since the last time. Artifacts are not committed: a fresh clone compiles everything. */
export function buildContracts(onSlow: () => void = () => {}): Promise<Execution> {
  const timer = setTimeout(onSlow, 2_500);
  return execute("hardhat", ["build"], { cwd: root, timeoutMs: 600_000, env: { NO_COLOR: "1" } }).finally(() =>
    clearTimeout(timer),
  );
}

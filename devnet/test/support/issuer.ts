import { join } from "node:path";
import { freePort } from "../../src/ports.ts";
import { startNodeProcess } from "../../src/process/node-process.ts";
import { ROOT } from "../../src/world/options.ts";

export const ADMIN = "the-administrator-of-this-test";
/** Of the client by which the API manages the directory. */
export const DIRECTORY_SECRET = "the-secret-of-the-directory-client";

export interface TestIssuer {
  /** With a slash at its end. */
  url: string;
  /** Ends the process, as a crash would, and starts it again on what it kept. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the local issuer on a free port; what it keeps lies in the folder. */
export async function startIssuer(dir: string, env: Record<string, string> = {}): Promise<TestIssuer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const start = () =>
    startNodeProcess({
      name: "issuer",
      command: [join(ROOT, "devnet/src/issuer/main.ts")],
      cwd: ROOT,
      env: {
        ISSUER_PORT: String(port),
        ISSUER_DIR: join(dir, "issuer"),
        ISSUER_ADMIN_TOKEN: ADMIN,
        ISSUER_MANAGEMENT_CLIENT_SECRET: DIRECTORY_SECRET,
        ...env,
      },
      logFile: join(dir, "issuer.log"),
      readyUrl: `${url}health`,
    });
  let running = await start();
  return {
    url,
    async restart() {
      process.kill(running.pid, "SIGKILL");
      await running.exited;
      running = await start();
    },
    stop: () => running.stop(),
  };
}

import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Above what services are known by, and below what systems give to outgoing connections: of those, one that is free now may be taken
 * before anybody listens on it.
 */
const LOWEST = 10_000;
const HIGHEST = 32_767;

/** A TCP port on 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await isPortFree(port)) return port;
  }
}

/** Whether 127.0.0.1 lets us listen on this port now. */
export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

import { createServer } from "node:net";

/** Thrown when another process listens on INDEXER_PORT: Ponder by itself would quietly take the next free one. */
export class PortInUseError extends Error {
  override name = "PortInUseError";
}

/** @throws PortInUseError when the port cannot be listened on. */
export async function assertPortFree(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once("error", () => reject(new PortInUseError(`INDEXER_PORT: port ${port} is in use`)));
    server.listen(port, () => server.close(() => resolve()));
  });
}

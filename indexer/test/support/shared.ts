import { whenOver } from "./closing.ts";
import { openWorld, type World } from "./world.ts";

let opened: Promise<World> | undefined;

/** One world with a running indexer for all tests that only add to it. It ends with the test process. */
export function sharedWorld(): Promise<World> {
  opened ??= openWorld().then(async (world) => {
    whenOver(() => world.close());
    await world.start();
    return world;
  });
  return opened;
}

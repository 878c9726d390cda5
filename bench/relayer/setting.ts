import type { World } from "../../devnet/src/world.ts";
import type { Progress } from "./milestones.ts";
import type { Parties } from "./parties.ts";
import type { Trades } from "./trades.ts";
import type { Watch } from "./watch.ts";

/** What every measurement works with. */
export interface Setting {
  world: World;
  watch: Watch;
  progress: Progress;
  parties: Parties;
  trades: Trades;
}

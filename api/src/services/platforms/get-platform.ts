import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { PlatformRead } from "../../schemas/platform.ts";
import { findPlatform, renderPlatform } from "./select-platform.ts";

/** The caller's own platform. */
export async function getPlatform({ db }: Dependencies, { platformId }: PlatformCaller): Promise<PlatformRead> {
  return renderPlatform(await findPlatform(db, platformId));
}

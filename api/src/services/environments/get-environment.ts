import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { EnvironmentRead } from "../../schemas/environment.ts";
import { findEnvironment, renderEnvironment } from "./select-environment.ts";

/** One environment of the caller's platform. Throws ApiError 404. */
export async function getEnvironment(
  { db }: Dependencies,
  { platformId }: PlatformCaller,
  id: string,
): Promise<EnvironmentRead> {
  return renderEnvironment(await findEnvironment(db, platformId, id));
}

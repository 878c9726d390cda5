import { z } from "@hono/zod-openapi";
import { pageOf } from "../page.ts";
import { PlatformRead, PlatformUpdate } from "../platform.ts";
import { text } from "../primitives.ts";

export const platformStatus = PlatformRead.shape.status;

export const AdminPlatformRead = z
  .strictObject({ ...PlatformRead.shape, environment_count: z.int().min(0).openapi({ example: 1 }) })
  .openapi("AdminPlatformRead");

export const AdminPlatformPage = pageOf("AdminPlatform", AdminPlatformRead);

export const AdminPlatformUpdate = z
  .strictObject({
    ...PlatformUpdate.shape,
    status: platformStatus.optional(),
    reason: text(0, 2000).nullish().openapi({ description: "Required with status. The platform reads it too." }),
  })
  .openapi("AdminPlatformUpdate", {
    description:
      "Given fields only; null clears. A suspended platform begins no settlement and no instruction; what runs goes on.",
    example: { status: "suspended", reason: "The licence has run out" },
  });

export type AdminPlatformRead = z.output<typeof AdminPlatformRead>;
export type AdminPlatformUpdate = z.output<typeof AdminPlatformUpdate>;

import { z } from "@hono/zod-openapi";
import { ActivityLogRead } from "../activity.ts";
import { pageOf } from "../page.ts";
import { uuid } from "../primitives.ts";

export const AdminActivityLogRead = z
  .strictObject({
    ...ActivityLogRead.shape,
    platform_id: uuid.nullable(),
    environment_id: uuid.nullable(),
    platform_name: z
      .string()
      .openapi({ example: "Acme" })
      .openapi({ description: "Empty where the row is of no platform." }),
    environment_slug: z.string().openapi({ example: "production" }).nullable(),
  })
  .openapi("AdminActivityLogRead");

export const AdminActivityLogPage = pageOf("AdminActivityLog", AdminActivityLogRead);

export type AdminActivityLogRead = z.output<typeof AdminActivityLogRead>;

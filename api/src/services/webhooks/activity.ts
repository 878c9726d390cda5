import type { Activity } from "../activity.ts";

/** The activity row of something done to an endpoint. */
export function endpointActivity(
  endpointId: string,
  type: string,
  description: string,
  more: Pick<Activity, "statusCode" | "detail"> = {},
): Activity {
  return {
    type: `webhook.${type}`,
    category: "webhook",
    description,
    resourceType: "webhook_endpoint",
    resourceId: endpointId,
    ...more,
  };
}

import type { Activity } from "../activity.ts";
import type { TradeDraft } from "./draft-trade.ts";

/** What an activity log says of a trade's settlements having been made: one row each. `how`: the end of the sentence. */
export function createdActivities(
  { opening, closing }: TradeDraft,
  how: string,
  detail: Record<string, unknown>,
): Activity[] {
  const created = { type: "settlement.created", category: "settlement", resourceType: "settlement" } as const;
  return [
    { ...created, description: `Settlement created ${how}`, resourceId: opening.id, detail },
    ...(closing === null
      ? []
      : [
          {
            ...created,
            description: `Closing of a repo created ${how}`,
            resourceId: closing.id,
            detail: { ...detail, parent_settlement_id: opening.id },
          },
        ]),
  ];
}

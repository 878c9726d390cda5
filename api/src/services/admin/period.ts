import type { Period } from "../../schemas/admin/settlement.ts";

const SECONDS: Record<Period, number> = { "1h": 3_600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000 };

/** How long a period is that ends now. */
export function secondsOf(period: Period): number {
  return SECONDS[period];
}

import type { Logger } from "../log.ts";
import { cipherOwl } from "./cipherowl/wallet-screening.ts";
import type { ScreeningConfig } from "./config.ts";
import { worldCheck } from "./lseg/world-check.ts";
import type { Providers, ScreeningProvider } from "./provider.ts";
import { openSanctionsList, type SanctionsList } from "./sanctions-list.ts";

export interface Screening {
  providers: Providers;
  /** Null where the list provider is not there. */
  sanctionsList: SanctionsList | null;
}

/** The providers that are configured. Throws ListError when there are no lists to screen against. */
export async function openScreening(config: ScreeningConfig, log: Logger): Promise<Screening> {
  const sanctionsList = config.sanctionsListDir === null ? null : await openSanctionsList(config.sanctionsListDir, log);
  const there: (ScreeningProvider | null)[] = [
    sanctionsList,
    config.worldCheck && worldCheck(config.worldCheck),
    config.cipherOwl && cipherOwl(config.cipherOwl),
  ];
  const providers = there.filter((provider) => provider !== null);
  return { providers: new Map(providers.map((provider) => [provider.name, provider])), sanctionsList };
}

import { showAddress } from "../../schemas/primitives.ts";
import type { SettlementTemplateRead } from "../../schemas/template.ts";
import { showTime } from "../time.ts";
import type { Template } from "./find-template.ts";

export function renderTemplate(template: Template): SettlementTemplateRead {
  const { config } = template;
  const { fees, on_chain: onChain } = config;
  return {
    id: template.id,
    slug: template.slug,
    aliases: template.aliases,
    name: template.name,
    description: template.description,
    config: {
      ...config,
      // Actions are typed loosely where templates are compiled; their values are the documented ones.
      actions: config.actions as SettlementTemplateRead["config"]["actions"],
      fees: {
        ...fees,
        recipients: Object.fromEntries(Object.entries(fees.recipients).map(([id, to]) => [id, showAddress(to)])),
      },
      on_chain: {
        ...onChain,
        attesters: onChain.attesters.map(showAddress),
        operator: showAddress(onChain.operator),
      },
    },
    version: template.version,
    is_active: template.is_active,
    created_at: showTime(template.created_at),
    updated_at: showTime(template.updated_at),
  };
}

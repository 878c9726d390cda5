export {
  type CompiledTemplate,
  compileRuleset,
  compileTemplate,
  deriveTransitions,
  templateRuleset,
} from "./compile.ts";
export type { FeeMode, TemplateAction, TemplateConfig, TemplateEdge } from "./config.ts";
export { BROKERED_FEE_BPS, type ShippedTemplate, shippedTemplates } from "./shipped.ts";

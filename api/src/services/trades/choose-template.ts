import type { Dependencies } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import { findTemplate, findTemplateById, type Template } from "../templates/find-template.ts";

/** The active template of a slug or alias, or of an id. Throws ApiError 422. */
export async function chooseTemplate(
  { db }: Pick<Dependencies, "db">,
  named: { slug: string } | { id: string },
): Promise<Template> {
  const [field, name] = "slug" in named ? ["template_slug", named.slug] : ["template_id", named.id];
  const template = await ("slug" in named ? findTemplate(db, named.slug) : findTemplateById(db, named.id));
  if (template !== undefined) return template;
  throw new ApiError("template_unknown", `No active template ${name}; see GET /v1/settlement-templates`, {
    loc: ["body", field],
  });
}

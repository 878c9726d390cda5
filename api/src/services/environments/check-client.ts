import { isUniqueViolation } from "@keystoneos/store";
import type { Dependencies } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import { ValidationError } from "../../errors/validation.ts";

const CLIENT_LOC = ["body", "auth0_client_id"] as const;

/**
 * Lets a client be bound that the directory has, and that was not made for another organization. Throws ValidationError, ApiError 409
 * client_id_taken, 503.
 */
export async function checkClient(
  { directory }: Pick<Dependencies, "directory">,
  clientId: string,
  organizationId: string | null,
): Promise<void> {
  const client = await directory.client(clientId);
  if (client === null) {
    const msg = "The token issuer has no client of this id";
    throw new ValidationError([{ loc: CLIENT_LOC, msg, type: "client_unknown" }]);
  }
  if (client.organizationId !== null && client.organizationId !== organizationId) throw clientTaken();
}

export function clientTaken(): ApiError {
  return new ApiError("client_id_taken", "The client stands for another environment; create one for this", {
    loc: CLIENT_LOC,
  });
}

/** Tells of slugs and clients that somebody else has taken at the same time. */
export async function taken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isUniqueViolation(error, "environment_auth0_client_id_key")) throw clientTaken();
    for (const constraint of ["platform_slug_key", "environment_platform_id_slug_key"]) {
      if (isUniqueViolation(error, constraint))
        throw new ApiError("slug_taken", "The slug is taken; choose another one", { loc: ["body", "slug"] });
    }
    throw error;
  }
}

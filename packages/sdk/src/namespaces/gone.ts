import type { Answered } from "../core/api-promise.ts";
import type { Repeat } from "../core/caller.ts";
import { NotFoundError } from "../errors/api-error.ts";

/**
 * For deletions: where a second attempt finds nothing, the first one has done it. `read` shows whether the object is really gone; where
 * there is nothing to read it by, what the second attempt found is enough.
 */
export function gone(read?: () => Promise<unknown>): { repeat: Repeat<void> } {
  const look = async (refused: Answered<undefined>): Promise<Answered<void> | undefined> => {
    if (read === undefined) return refused;
    try {
      await read();
    } catch (error) {
      if (error instanceof NotFoundError) return refused;
      throw error;
    }
    return undefined;
  };
  return { repeat: { status: 404, look } };
}

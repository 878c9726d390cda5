import { resumeChain, transaction } from "@keystoneos/store";
import { logActivity } from "./activity.ts";
import { actorOf, type Command, chainIdSchema, check, InputError, nothingMore, read, reasonSchema } from "./command.ts";

const usage = "resume --chain ID [--reason TEXT] [--as NAME]";

export const resume: Command = {
  usage,
  does: "Lets the relayers go on where a chain was paused.",
  async run({ db, env, write }, args) {
    const { values, positionals } = read(args, usage, { chain: "text", reason: "text", as: "text" });
    nothingMore(positionals, usage);
    const chainId = check("--chain", chainIdSchema, values.chain);
    const reason = check("--reason", reasonSchema.optional(), values.reason);
    const actor = actorOf(values.as, env);
    await transaction(db, async (trx) => {
      if (!(await resumeChain(trx, chainId))) throw new InputError(`--chain: ${chainId} is not paused`);
      await logActivity(trx, {
        type: "relayer.chain_resumed",
        description: "Resumed the relayers on a chain",
        actor,
        resource: { type: "chain", id: String(chainId) },
        detail: { reason: reason ?? null },
      });
    });
    write(`Chain ${chainId} is resumed.`);
  },
};

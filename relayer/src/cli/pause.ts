import { pauseChain, readPauses, transaction } from "@keystoneos/store";
import { logActivity } from "./activity.ts";
import { expectKnown } from "./chains.ts";
import { actorOf, type Command, chainIdSchema, check, InputError, nothingMore, read, reasonSchema } from "./command.ts";

const usage = "pause --chain ID --reason TEXT [--as NAME]";

export const pause: Command = {
  usage,
  does: "Has every relayer build and replace nothing on a chain. What is signed is still followed.",
  async run({ db, env, write }, args) {
    const { values, positionals } = read(args, usage, { chain: "text", reason: "text", as: "text" });
    nothingMore(positionals, usage);
    const chainId = check("--chain", chainIdSchema, values.chain);
    const reason = check("--reason", reasonSchema, values.reason);
    const by = actorOf(values.as, env);
    await expectKnown(db, chainId);
    await transaction(db, async (trx) => {
      if (!(await pauseChain(trx, { chainId, reason, by }))) {
        const stands = (await readPauses(trx)).find(({ chain_id }) => Number(chain_id) === chainId);
        const who = `by ${stands?.by} since ${stands?.since.toISOString()}: ${stands?.reason}`;
        throw new InputError(`--chain: ${chainId} is paused already, ${who}. Resume it first to give another reason`);
      }
      await logActivity(trx, {
        type: "relayer.chain_paused",
        description: "Paused the relayers on a chain",
        actor: by,
        resource: { type: "chain", id: String(chainId) },
        detail: { reason },
      });
    });
    write(`Chain ${chainId} is paused: nothing more is built there.`);
  },
};

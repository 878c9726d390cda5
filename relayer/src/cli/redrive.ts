import { redrive as redriveCall, transaction } from "@keystoneos/store";
import { z } from "zod";
import { logActivity } from "./activity.ts";
import { actorOf, type Command, check, InputError, nothingMore, read, reasonSchema } from "./command.ts";

const usage = "redrive ID [--reason TEXT] [--as NAME]";
const idSchema = z.guid("must be the id of a dead letter, as `dead-letters` lists them");

export const redrive: Command = {
  usage,
  does: "Has a dead letter tried again, as if it had never been refused.",
  async run({ db, env, write }, args) {
    const { values, positionals } = read(args, usage, { reason: "text", as: "text" });
    const [given, ...more] = positionals;
    nothingMore(more, usage);
    const id = check("ID", idSchema, given);
    const reason = check("--reason", reasonSchema.optional(), values.reason);
    const actor = actorOf(values.as, env);
    await transaction(db, async (trx) => {
      const call = await trx
        .selectFrom("keystone.refused_call")
        .selectAll()
        .where("id", "=", id)
        .forUpdate()
        .executeTakeFirst();
      if (call === undefined || !(await redriveCall(trx, id))) {
        const why = call === undefined ? "there is none of this id" : "it is refused, and not dead: it is still tried";
        throw new InputError(`ID: ${why}. List them with \`dead-letters\``);
      }
      const { chain_id, settlement_id, kind, subject, error_name, count } = call;
      await logActivity(trx, {
        type: "relayer.call_redriven",
        description: "Had a dead letter tried again",
        actor,
        resource: { type: "settlement", id: settlement_id },
        detail: {
          reason: reason ?? null,
          chain_id: Number(chain_id),
          kind,
          subject,
          error: error_name,
          refusals: count,
        },
      });
    });
    write(`${id} is tried again.`);
  },
};

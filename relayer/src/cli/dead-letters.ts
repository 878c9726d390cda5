import { type Command, nothingMore, read } from "./command.ts";

const usage = "dead-letters [--json]";

export const deadLetters: Command = {
  usage,
  does: "Lists the calls that contracts have refused so often that nobody tries them any more, the newest first.",
  async run({ db, write }, args) {
    const { values, positionals } = read(args, usage, { json: "flag" });
    nothingMore(positionals, usage);
    const rows = await db
      .selectFrom("keystone.refused_call")
      .selectAll()
      .where("is_dead", "=", true)
      .orderBy("last_seen_at", "desc")
      .orderBy("id", "desc")
      .execute();
    if (values.json) {
      write(
        JSON.stringify(
          rows.map(({ is_dead: _, chain_id, block_number, ...row }) => ({
            ...row,
            chain_id: Number(chain_id),
            block_number: Number(block_number),
          })),
          null,
          2,
        ),
      );
      return;
    }
    if (rows.length === 0) write("There are no dead letters.");
    for (const row of rows) {
      const { id, chain_id, settlement_id, kind, subject, error_name, error_args, count, last_seen_at } = row;
      const error =
        error_name === "" ? "refused without a reason that we know" : `${error_name}(${error_args.join(", ")})`;
      write(`${id}  chain ${chain_id}  settlement ${settlement_id}  ${kind} ${subject}`.trimEnd());
      write(`  ${error}, ${count} times, last ${last_seen_at.toISOString()}`);
    }
  },
};

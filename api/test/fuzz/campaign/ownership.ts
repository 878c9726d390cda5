const IDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|evt_[0-9a-f]{32}/g;

/** Who an id belongs to: one tenant alone, both sides of a trade, or everybody. */
type Owner = { tenant: string; side: string } | { side: string } | "everybody";

/** Objects that only their own tenant may see, whoever it trades with. */
const PRIVATE =
  /^(create|list|get|update|rotate|test|cancel)(Instruction|WebhookEndpoint|WebhookDeliver|Environment|AllowedIp|Invitation|Session)/;

/** Remembers to whom every id was told first, and says who is told somebody else's. */
export class Ownership {
  readonly #owners = new Map<string, Owner>();

  /** Ids, slugs and names which hold an id, of a tenant alone. */
  own(tenant: string, side: string, ...texts: string[]): void {
    for (const id of texts.flatMap(idsIn)) this.#owners.set(id, { tenant, side });
  }

  /** Ids that both sides of a trade see. */
  ownBySide(side: string, ...texts: string[]): void {
    for (const id of texts.flatMap(idsIn)) this.#owners.set(id, { side });
  }

  /** What everybody may see. */
  share(body: unknown): void {
    for (const id of idsIn(JSON.stringify(body))) this.#owners.set(id, "everybody");
  }

  /** The ids of others in an answer. Whatever nobody had before is the reader's from now on. `sent` may come back. */
  foreign(operation: string, reader: { tenant: string; side: string }, sent: string, body: unknown): string[] {
    const given = new Set(idsIn(sent));
    const own = PRIVATE.test(operation) ? topIds(body) : new Set<string>();
    return idsIn(JSON.stringify(body)).filter((id) => {
      if (given.has(id)) return false;
      const owner = this.#owners.get(id);
      if (owner === undefined) this.#owners.set(id, own.has(id) ? reader : { side: reader.side });
      if (owner === undefined || owner === "everybody") return false;
      return owner.side !== reader.side || ("tenant" in owner && owner.tenant !== reader.tenant);
    });
  }
}

function topIds(body: unknown): Set<string> {
  const { id, items = [] } = (body ?? {}) as { id?: string; items?: { id?: string }[] };
  return new Set([id, ...items.map((item) => item.id)].filter((each) => each !== undefined));
}

function idsIn(text: string): string[] {
  return text.match(IDS) ?? [];
}

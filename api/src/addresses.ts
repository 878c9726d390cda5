import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** A block of addresses: the first of them, and how many bits all have in common. */
export type Block = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Why a text is no block. */
export class BlockError extends Error {
  override readonly name = "BlockError";
}

/** One IPv4 or IPv6 address in its full form; an IPv4 address inside IPv6 is the IPv4 address. Null when it is none. */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  // The zone names an interface of the machine that says it.
  const address = text.split("%", 1)[0] as string;
  // Stricter than the library alone, which takes 010.1 for an address.
  return isIP(address) === 0 ? null : ipaddr.process(address);
}

/** A block in CIDR notation, v4 or v6; a single address is a block of one. Throws BlockError, also when there are host bits. */
export function parseBlock(text: string): Block {
  const [, address = "", length] = /^([0-9a-fA-F.:]+)(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text) ?? [];
  if (isIP(address) === 0)
    throw new BlockError("Input should be an address or a block such as 192.0.2.0/24 or 2001:db8::/32");
  const first = ipaddr.parse(address);
  if (first instanceof ipaddr.IPv6 && first.isIPv4MappedAddress()) {
    throw new BlockError("Write an IPv4 address as such, e.g. 192.0.2.1");
  }
  const whole = first.kind() === "ipv4" ? 32 : 128;
  const bits = length === undefined ? whole : Number(length);
  if (bits > whole) throw new BlockError(`The length should be at most ${whole}`);
  const family = first.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  const network = family.networkAddressFromCIDR(`${address}/${bits}`).toNormalizedString();
  if (network !== first.toNormalizedString()) {
    throw new BlockError(`The bits beyond the length should be zero: ${ipaddr.parse(network).toString()}/${bits}`);
  }
  return [first, bits];
}

/** Whether the address lies in one of the blocks. */
export function liesIn(address: ipaddr.IPv4 | ipaddr.IPv6, blocks: readonly Block[]): boolean {
  return blocks.some(([first, bits]) => first.kind() === address.kind() && address.match(first, bits));
}

/**
 * Whose address a request comes from: the socket's, and where that is a trusted proxy's the one it was told, hop by hop from the right
 * of `X-Forwarded-For`. What stands left of the first hop that is not trusted anybody may have written. Null without a socket.
 */
export function clientAddress(
  socket: string | undefined,
  forwardedFor: string | undefined,
  trusted: readonly Block[],
): string | null {
  let address = socket === undefined ? null : parseAddress(socket);
  const hops = (forwardedFor ?? "").split(",").reverse();
  for (const hop of hops) {
    if (address === null || !liesIn(address, trusted)) break;
    const told = parseAddress(hop.trim());
    if (told === null) break;
    address = told;
  }
  return address === null ? null : address.toString();
}

/** What counts as one place: an IPv4 address, or the /64 that one subscriber has of IPv6. */
export function networkOf(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === null || parsed.kind() === "ipv4") return address;
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()}/64`;
}

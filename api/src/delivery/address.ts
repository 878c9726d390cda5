import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Global unicast, of which the library's ranges are then taken out. */
const GLOBAL_UNICAST: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3];

/**
 * Whether an address is one of the public internet: no private, loopback, link-local, shared, multicast, reserved or documentation
 * address, and no IPv6 form that carries an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  return parsed.kind() === "ipv4" || (parsed as ipaddr.IPv6).match(...GLOBAL_UNICAST);
}

/** Exactly this machine: 127.0.0.0/8 and ::1. */
export function isLoopbackAddress(address: string): boolean {
  return isIP(address) !== 0 && ipaddr.parse(address).range() === "loopback";
}

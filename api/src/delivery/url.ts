import { isIP } from "node:net";
import { isLoopbackAddress, isPublicAddress } from "./address.ts";

/** Whether a connection may be made to this address. */
export function isAllowedAddress(address: string, developmentMode: boolean): boolean {
  return isPublicAddress(address) || (developmentMode && isLoopbackAddress(address));
}

/** What is wrong with a webhook's URL, as far as it can be told without asking for its address; null when nothing is. */
export function urlFault(text: string, developmentMode: boolean): string | null {
  const url = URL.parse(text);
  if (url === null) return "Webhook URL is not a URL";
  if (url.protocol !== "https:" && !(developmentMode && url.protocol === "http:")) return "Webhook URL should be https";
  if (url.username !== "" || url.password !== "") return "Webhook URL should have no credentials; verify the signature";
  const literal = literalAddress(url);
  if (literal !== null && !isAllowedAddress(literal, developmentMode))
    return "Webhook URL should have a public address";
  if (!developmentMode && /(^|\.)localhost\.?$/.test(url.hostname)) return "Webhook URL should have a public address";
  return null;
}

/** The address that a URL names instead of a host, or null. The parser has made every other spelling of IPv4 into this one. */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(host) === 0 ? null : host;
}

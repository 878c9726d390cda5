const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * The address of a service that signs, with `{chain_id}` replaced where it occurs. Null when it is none that a request may be sent to:
 * what is signed goes over TLS, or does not leave this machine. No credentials in it: they would end in logs.
 */
export function serviceUrl(template: string, chainId?: number): URL | null {
  const text = chainId === undefined ? template : template.replaceAll("{chain_id}", String(chainId));
  if (!/^https?:\/\/[^\s\\#{}]+$/.test(text)) return null;
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return null;
  return url.protocol === "https:" || LOOPBACK.test(url.hostname) ? url : null;
}

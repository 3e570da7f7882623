/**
 * The guard in front of every address that a person may name: webhook receivers, providers. It keeps this server from being
 * used as a way into networks that only it can reach (OWASP, "Server Side Request Forgery Prevention").
 *
 * A name is judged when a connection is made, not when it is stored: the connector resolves it once, checks every address,
 * and connects to nothing but those. Redirects are not followed. lib/webhooks, lib/providers and the gateway use it.
 */
import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import type { ConnectionOptions } from "node:tls";
import ipaddr from "ipaddr.js";
import { Agent, buildConnector } from "undici";
import { invalidField } from "@/lib/errors";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** Every address of a host name; rejects where there is none. */
export type ResolveHost = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** The target lies where this server must not connect to. The message may be shown to whoever configured the target. */
export class TargetRefusedError extends Error {
  readonly code = "TARGET_REFUSED";

  constructor(host: string) {
    super(`${host} is not a public address, and PLLM_PRIVATE_TARGETS does not allow it`);
    this.name = "TargetRefusedError";
  }
}

// Public by its number, yet answered by Azure's own host to every virtual machine: metadata, certificates, agents.
const privateDespiteItsRange = ["168.63.129.16"];
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
// Two forms stand for the IPv4 address inside them: IPv4-mapped (RFC 4291), and NAT64's well-known prefix (RFC 6052), which
// is how a host without IPv4 reaches the public internet. 6to4, Teredo, IPv4-compatible and the rest have no honest use.
const transparentPrefixes = [ipaddr.IPv6.parseCIDR("::ffff:0:0/96"), ipaddr.IPv6.parseCIDR("64:ff9b::/96")];

/** An address in its usual notation. URL writes IPv6 in hex first, as ipaddr.js reads `::1.2.3.4` as the mapped form, which it is not. */
function parseAddress(ip: string): Address {
  return ipaddr.parse(isIP(ip) === 6 ? new URL(`http://[${ip}]/`).hostname.slice(1, -1) : ip);
}

/** The IPv4 address that an IPv6 one merely wraps, else the address itself. */
function unwrap(address: Address): Address {
  if (address.kind() === "ipv4" || !transparentPrefixes.some((prefix) => address.match(prefix))) return address;
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

function isPublic(address: Address): boolean {
  if (privateDespiteItsRange.includes(address.toString())) return false;
  if (address instanceof ipaddr.IPv6 && !address.match(globalUnicast)) return false;
  return address.range() === "unicast";
}

function parseRange(entry: string): [Address, number] | null {
  if (isIP(entry) !== 0) {
    const address = parseAddress(entry);
    return [address, address.kind() === "ipv4" ? 32 : 128];
  }
  return isIP(entry.split("/")[0] ?? "") !== 0 && ipaddr.isValidCIDR(entry) ? ipaddr.parseCIDR(entry) : null;
}

/**
 * Whether `ip` may be connected to: public unicast, or in one of the addresses and CIDRs of `allowed` (host names among them do
 * not matter here). Loopback, private, link-local, shared (CGNAT), multicast, reserved, unspecified and metadata addresses are
 * refused, as are the IPv6 forms that carry such an IPv4 address. What is no IP address in its usual notation is refused.
 */
export function isAllowedAddress(ip: string, allowed: readonly string[]): boolean {
  if (isIP(ip) === 0 || ip.includes("%")) return false;
  const outer = parseAddress(ip);
  const inner = unwrap(outer);
  if (isPublic(inner)) return true;
  return allowed.some((entry) => {
    const range = parseRange(entry);
    return range !== null && [outer, inner].some((form) => form.kind() === range[0].kind() && form.match(range));
  });
}

/** A host as URL gives it, for comparison: lower case, without IPv6 brackets and the root's dot. */
function normaliseHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.+$/, "");
}

function isNamed(host: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => normaliseHost(entry) === host);
}

// RFC 6761 reserves localhost and all below it for loopback; the others are what /etc/hosts usually adds.
const loopbackName = /^((.+\.)?localhost|localhost\.localdomain|localhost6(\.localdomain6)?|ip6-(localhost|loopback))$/;

/** Whether a host in a URL may be tried at all; a name that is not loopback's is only decided on when it is resolved. */
function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  if (isNamed(host, allowed)) return true;
  if (isIP(host) !== 0) return isAllowedAddress(host, allowed);
  return !loopbackName.test(host) || isAllowedAddress("127.0.0.1", allowed) || isAllowedAddress("::1", allowed);
}

/**
 * The parsed URL if it may be stored as a target. Throws invalid_input that names `field` for anything but http(s), user
 * information, a literal address that is not allowed (URL brings decimal, hex and octal notation into the usual one), or
 * loopback by name. Other names are checked at connect time.
 */
export function checkTargetUrl(url: string, allowed: readonly string[], field = "url"): URL {
  if (!URL.canParse(url)) throw invalidField(field, "must be an absolute URL such as https://example.com/hook");
  const parsed = new URL(url);
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:")
    throw invalidField(field, "must start with https:// or http://");
  if (parsed.username !== "" || parsed.password !== "")
    throw invalidField(field, "must not hold a user name or password");
  if (parsed.port === "0") throw invalidField(field, "has port 0, where nothing listens");
  if (!isAllowedHost(normaliseHost(parsed.hostname), allowed))
    throw invalidField(field, "is in a private network; PLLM_PRIVATE_TARGETS has to list its host or address first");
  return parsed;
}

const resolveBySystem: ResolveHost = (hostname) => systemLookup(hostname, { all: true });

async function resolveChecked(
  hostname: string,
  allowed: readonly string[],
  resolve: ResolveHost,
): Promise<readonly ResolvedAddress[]> {
  const addresses = await resolve(hostname);
  if (addresses.length === 0) throw new Error(`${hostname} has no address`);
  const isTrusted = isNamed(normaliseHost(hostname), allowed);
  // One bad address among good ones is enough: which of them would be used is not ours to foresee.
  if (!isTrusted && !addresses.every(({ address }) => isAllowedAddress(address, allowed)))
    throw new TargetRefusedError(hostname);
  return addresses;
}

function checkedLookup(allowed: readonly string[], resolve: ResolveHost): LookupFunction {
  return (hostname, options, callback) => {
    const succeed = (addresses: readonly ResolvedAddress[]) => {
      const [first] = addresses;
      if (options.all) callback(null, [...addresses]);
      else callback(null, first?.address ?? "", first?.family);
    };
    resolveChecked(hostname, allowed, resolve).then(succeed, (error: Error) => callback(error, ""));
  };
}

/** How to connect; nothing of it can lead elsewhere than the checked address. */
export type GuardedConnectOptions = Omit<ConnectionOptions, "host" | "lookup" | "path" | "port" | "socket"> & {
  /** Milliseconds until a connection, its lookup included, is given up. */
  timeout?: number;
  allowH2?: boolean;
};

/** A connector for undici's pools and clients that reaches public addresses and those of `allowed`, and nothing else. */
function guardedConnector(
  allowed: readonly string[],
  options: GuardedConnectOptions = {},
  resolve: ResolveHost = resolveBySystem,
): buildConnector.connector {
  // A path would make it a local socket, whatever host is asked for.
  const connect = buildConnector({ ...options, path: undefined, lookup: checkedLookup(allowed, resolve) });
  return (target, callback) => {
    const host = normaliseHost(target.hostname);
    // Node looks up names only: a literal address has to be judged before.
    if (!isAllowedHost(host, allowed)) callback(new TargetRefusedError(host), null);
    else connect(target, callback);
  };
}

export type GuardedAgentOptions = Omit<
  Agent.Options,
  "connect" | "factory" | "socketPath" | "connectTimeout" | "tls"
> & {
  connect?: GuardedConnectOptions;
  /** Stands in for the system's resolver; for tests. */
  resolve?: ResolveHost;
};

/** An undici agent for targets that people named. Requests to anything refused reject with a TargetRefusedError, unconnected. */
export function guardedAgent(allowed: readonly string[], options: GuardedAgentOptions = {}): Agent {
  const { connect, resolve, ...rest } = options;
  return new Agent({ ...rest, connect: guardedConnector(allowed, connect, resolve) });
}

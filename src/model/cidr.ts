/** A block of addresses: a network address with its host bits cleared, and the length of its prefix. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly network: bigint;
  readonly prefix: number;
}

/** `10.0.0.0/8`, `2001:db8::/32`; undefined when it is none. Host bits are dropped, as Go's ParseCIDR does. */
export function parseCidr(text: string): Cidr | undefined {
  const [, address = "", length = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text.trim()) ?? [];
  const whole = parseAddress(address);
  if (whole === undefined) return undefined;
  const prefix = Number(length);
  return prefix > whole.prefix ? undefined : masked(whole, prefix);
}

/** An address as the block that holds it alone. */
export function parseAddress(text: string): Cidr | undefined {
  const network = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  if (network === undefined) return undefined;
  return text.includes(":") ? { family: 6, network, prefix: 128 } : { family: 4, network, prefix: 32 };
}

/** Whether `inner` lies in `outer`, or is it. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return (
    outer.family === inner.family &&
    outer.prefix <= inner.prefix &&
    masked(inner, outer.prefix).network === outer.network
  );
}

export function formatCidr({ family, network, prefix }: Cidr): string {
  return `${family === 4 ? formatIpv4(network) : formatIpv6(network)}/${prefix}`;
}

function masked({ family, network }: Cidr, prefix: number): Cidr {
  const host = BigInt((family === 4 ? 32 : 128) - prefix);
  return { family, network: (network >> host) << host, prefix };
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const tail = /(?<=:)\d+\.\d+\.\d+\.\d+$/.exec(text)?.[0];
  const low = tail === undefined ? undefined : parseIpv4(tail);
  if (tail !== undefined && low === undefined) return undefined;
  const plain =
    low === undefined || tail === undefined
      ? text
      : `${text.slice(0, -tail.length)}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const halves = plain.split("::");
  if (halves.length > 2) return undefined;
  const [front = [], back = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - front.length - back.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...front, ...Array.from({ length: missing }, () => "0"), ...back];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join(".");
}

function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((value >> BigInt((7 - at) * 16)) & 0xffffn).toString(16),
  );
  // The longest run of zeros becomes :: (RFC 5952).
  const runs = [...groups.join(":").matchAll(/(?<=^|:)0(:0)+(?=:|$)/g)].toSorted(
    (a, b) => b[0].length - a[0].length,
  );
  const [run] = runs;
  if (run === undefined) return groups.join(":");
  const text = groups.join(":");
  return `${text.slice(0, run.index).replace(/:$/, "")}::${text.slice(run.index + run[0].length).replace(/^:/, "")}`;
}

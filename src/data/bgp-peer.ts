import { formatCidr, parseAddress } from "../model/cidr.ts";
import type { JsonObject } from "../model/kube.ts";
import { refused, type ConvertedSpec } from "./spec.ts";

const largest = 4_294_967_295;

/** The old object has the peer's address in its name only. */
export function bgpPeer(spec: JsonObject, name: string): ConvertedSpec {
  const others = Object.keys(spec).filter((field) => field !== "asNumber");
  if (others.length > 0) return refused(`it has a field that the new kind does not: ${others.join(", ")}`);
  const peerIP = addressOf(name);
  if (peerIP === undefined) return refused(`its name is no address: ${name}`);
  const { asNumber } = spec;
  if (!isAsNumber(asNumber)) return refused(`its asNumber is ${JSON.stringify(asNumber)}`);
  return { ok: true, spec: { asNumber, scope: "global", peerIP } };
}

/** `10-0-0-1`, or eight groups of four hexadecimal digits; the address as Go writes it. */
export function addressOf(name: string): string | undefined {
  const text = /^\d{1,3}(-\d{1,3}){3}$/.test(name)
    ? name.replaceAll("-", ".")
    : /^[0-9a-f]{4}(-[0-9a-f]{4}){7}$/.test(name)
      ? name.replaceAll("-", ":")
      : undefined;
  const parsed = text === undefined ? undefined : parseAddress(text);
  return parsed === undefined ? undefined : formatCidr(parsed).replace(/\/\d+$/, "");
}

/** A number, or as text plain or with a dot (numorstring/asn.go). */
function isAsNumber(value: unknown): value is number | string {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 && value <= largest;
  if (typeof value !== "string") return false;
  const [high = "", low, more] = value.split(".");
  if (more !== undefined || !/^\d{1,10}$/.test(high)) return false;
  if (low === undefined) return Number(high) <= largest;
  return /^\d{1,5}$/.test(low) && Number(high) <= 65_535 && Number(low) <= 65_535;
}

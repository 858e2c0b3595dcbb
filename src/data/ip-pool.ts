import { formatCidr, parseCidr } from "../model/cidr.ts";
import type { JsonObject } from "../model/kube.ts";
import { refused, type ConvertedSpec } from "./spec.ts";
import { isRecord } from "../model/record.ts";

const fields = ["cidr", "ipip", "ipip_mode", "masquerade", "ipam", "disabled"];
const modes = ["always", "cross-subnet"];

/**
 * The old object keeps a pool as JSON within a string (libcalico-go, backend/model/ippool.go); the new one
 * as fields. `ipip` is there only where an interface or a mode is set.
 */
export function ipPool(spec: JsonObject, name: string): ConvertedSpec {
  const others = Object.keys(spec).filter((field) => field !== "value");
  if (others.length > 0)
    return refused(`it has a field that no release of Calico wrote: ${others.join(", ")}`);
  const text = spec["value"];
  if (typeof text !== "string") return refused("its value is not a text");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused("its value is not JSON");
  }
  if (!isRecord(value)) return refused("its value is not a JSON object");
  const unknown = Object.keys(value).filter((field) => !fields.includes(field));
  if (unknown.length > 0)
    return refused(`its value has a field that the new kind does not: ${unknown.join(", ")}`);
  const { cidr, ipip = "", ipip_mode: mode = "", masquerade = false, ipam, disabled = false } = value;
  if (typeof cidr !== "string" || parseCidr(cidr) === undefined)
    return refused(`its CIDR is ${JSON.stringify(cidr)}`);
  if (poolName(cidr) !== name && poolName(canonical(cidr)) !== name)
    return refused(`its CIDR is ${cidr}, which belongs to the name ${poolName(cidr)}`);
  if (typeof ipip !== "string")
    return refused(`its ipip is ${JSON.stringify(ipip)}, not the name of an interface`);
  if (mode !== "" && !modes.some((each) => each === mode))
    return refused(`its ipip_mode is ${JSON.stringify(mode)}, not "always" or "cross-subnet"`);
  for (const [field, flag] of Object.entries({ masquerade, disabled })) {
    if (typeof flag !== "boolean") return refused(`its ${field} is ${JSON.stringify(flag)}`);
  }
  // The new kind says it with `disabled` alone; Calico always wrote ipam as the opposite of it.
  if (ipam !== undefined && ipam !== !disabled) {
    return refused(
      `its ipam is ${JSON.stringify(ipam)} and its disabled is ${JSON.stringify(disabled)}, and the new kind has only one of both: make them opposites`,
    );
  }
  return {
    ok: true,
    spec: {
      cidr,
      ...(ipip === "" && mode === ""
        ? {}
        : {
            ipip: {
              ...(ipip === "" ? {} : { enabled: true }),
              ...(mode === "" ? {} : { mode: mode as string }),
            },
          }),
      ...(masquerade === true ? { "nat-outgoing": true } : {}),
      ...(disabled === true ? { disabled: true } : {}),
    },
  };
}

/** `10.244.0.0/16` is `10-244-0-0-16`. */
export function poolName(cidr: string): string {
  return cidr.replaceAll(/[.:/]/g, "-");
}

function canonical(cidr: string): string {
  const parsed = parseCidr(cidr);
  return parsed === undefined ? cidr : formatCidr(parsed);
}

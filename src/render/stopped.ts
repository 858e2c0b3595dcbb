import type { JsonObject } from "../model/kube.ts";
import type { Stop } from "../plan/decision.ts";

/** Why a run ended before its goal, in its result; nothing where it reached it. */
export function stoppedObject(stop: Stop | undefined): { readonly stopped?: JsonObject } {
  if (stop === undefined) return {};
  const { id, node, message, hint, interrupted } = stop;
  return {
    stopped: {
      ...(id === undefined ? {} : { id }),
      ...(node === undefined ? {} : { node }),
      message,
      ...(hint === undefined ? {} : { hint }),
      interrupted: interrupted === true,
    },
  };
}

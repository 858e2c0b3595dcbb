import type { JsonObject } from "../model/kube.ts";
import type { PrepullResult } from "../plan/prepull/result.ts";
import { inSeconds } from "./seconds.ts";

/** What was pulled before the first node was touched, in results; nothing where nothing had to be. Times in seconds. */
export function prepullField(result: PrepullResult | undefined): JsonObject {
  if (result === undefined) return {};
  return {
    prepull: {
      nodesToUpgrade: result.of,
      nodes: result.nodes.map(({ name, images, result: state, took, why }) => ({
        name,
        images,
        result: state,
        ...(took === undefined ? {} : { seconds: inSeconds(took) }),
        ...(why === undefined ? {} : { reason: why }),
      })),
    },
  };
}

import type { PathRule } from "../path-rule.ts";
import { compareVersions } from "../version.ts";

export const p12: PathRule = {
  id: "P12",
  severity: "error",
  page: {
    title: "The operator takes over an install of its own release, with the Kubernetes datastore",
    why: "Moving to the operator and upgrading Calico at once is not supported, and the operator has no etcd datastore.",
    detected:
      "the release that runs, by its node image, and the release asked for, and the datastore, and who owns the install",
    fix: "Upgrade the manifest install to the operator's release first, or take the operator of the release that runs.",
    sources: ["documentation of the operator migration (operations/operator-migration)"],
  },
  asks: "toOperator",
  decide: ({ from, to, datastore, toOperator }) => {
    if (toOperator !== true) return undefined;
    if (datastore === "etcd") return { because: "the operator has no etcd datastore" };
    return compareVersions(from, to) === 0
      ? undefined
      : {
          because: `the operator takes over an install of its own release only: ${to.text}, not ${from.text}`,
        };
  },
};

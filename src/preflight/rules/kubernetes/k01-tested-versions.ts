import { isTested, rangeText, testedRange } from "../../../releases/kubernetes.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { unknownBecause } from "../../rule.ts";

/** K01: outside of the tested range much works; the documentation does not say so. */
export const testedKubernetes = clusterRule({
  id: "K01",
  severity: "warning",
  page: {
    title: "the Kubernetes version is one that the release was tested with",
    why: "The documentation of each Calico minor names the Kubernetes versions it was tested with; others may work.",
    detected: "the version of the API server",
    fix: "Choose a release that names this version (version --releases), or try it on another cluster first.",
    sources: ["system requirements in the documentation of each Calico minor"],
  },
  needs: ["kubernetes", "datastore", "running"],
  check({ kubernetes, datastore, running }, { to }) {
    if (to !== undefined && !to.known) return { outcome: "unknown", because: unknownBecause("target", to) };
    const release = to?.value ?? running.newest;
    const range = testedRange(release, datastore);
    if (range === undefined)
      return { outcome: "n/a", because: `the documentation of ${release.text} names no Kubernetes versions` };
    const tested = kubernetes.major === 1 ? isTested(release, datastore, kubernetes.minor) : false;
    const because = `${release.text} was tested with Kubernetes ${rangeText(range)}; this server is ${kubernetes.text}`;
    if (tested === true) return { outcome: "pass", because };
    return {
      outcome: tested === false ? "fail" : "unknown",
      because,
      fix: "choose a release that was tested with it or try it on another cluster first",
      commands: ["kubectl calico-upgrade version --releases"],
    };
  },
});

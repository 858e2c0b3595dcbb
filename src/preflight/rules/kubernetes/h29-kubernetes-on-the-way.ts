import { guardPage } from "../../guard-page.ts";

/** Hazard H29: the commands guard it as they go; no rule asks before. */
export const kubernetesOnTheWay = guardPage({
  id: "H29",
  page: {
    title: "Kubernetes is upgraded where no version takes both ends of the way",
    why: "an older Calico cannot be applied to a newer Kubernetes and the other way round; this program does not upgrade Kubernetes",
    detected: "the version of the API server, and the ranges of both releases",
    fix: "Upgrade Kubernetes at the step that says so.",
    sources: [
      "manifests of the releases",
      "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
    ],
  },
});

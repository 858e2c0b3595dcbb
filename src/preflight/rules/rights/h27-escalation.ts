import { guardPage } from "../../guard-page.ts";

/** Hazard H27: the commands guard it as they go; no rule asks before. */
export const escalation = guardPage({
  id: "H27",
  page: {
    title: "rights to write roles are asked for as the server checks them",
    why: "An access review says yes to writing a ClusterRole that the server then refuses, because nobody may give rights that he has not himself.",
    detected: "access reviews for escalate and bind, or a server dry run where there is one",
    fix: "Use a user with cluster-admin for the roles, or one that has escalate and bind on them.",
    sources: [
      "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping",
    ],
  },
});

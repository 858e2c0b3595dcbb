import { program } from "../../model/program.ts";
import type { Catalogue } from "../../releases/catalogue.ts";
import { rangeText } from "../../releases/kubernetes.ts";
import { imagesOf } from "../../releases/registries.ts";
import { atLeast, type Version } from "../../releases/version.ts";
import { routesFrom } from "../hops.ts";
import type { PlannedHop, RouteRefusal } from "../route/route.ts";
import { askedOf } from "./missing-facts.ts";
import { controllerSteps } from "./controller.ts";
import { hostOf } from "./host.ts";
import type { Runbook, RunbookHop, RunbookStep } from "./runbook.ts";
import { isWindows, type RunbookInput } from "./input.ts";

/** The whole way on every host, or the rule that forbids it. */
export function makeRunbook(given: RunbookInput, catalogue: Catalogue): Runbook | RouteRefusal {
  const windows = given.hosts.filter(isWindows).map(({ name }) => name);
  const input = { ...given, hosts: given.hosts.filter((host) => !isWindows(host)) };
  const { from, to, datastore, kubernetes, oldGroupServed } = input;
  const known = from !== undefined && datastore !== undefined;
  const route = known
    ? routesFrom(
        {
          from,
          datastore,
          kubernetes,
          canal: "unknown",
          typha: "unknown",
          ebpf: "unknown",
          vxlan: "unknown",
          ...(oldGroupServed === undefined ? {} : { oldGroupServed }),
        },
        catalogue,
      )(to)
    : undefined;
  if (route?.kind === "refusal") return route;
  const hops =
    route === undefined
      ? [hopOf(undefined, input, catalogue)]
      : route.hops.map((hop) => hopOf(hop, input, catalogue));
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "Runbook",
    ...(from === undefined ? {} : { from: from.text }),
    to: to.text,
    ...(datastore === undefined ? {} : { datastore }),
    asked: askedOf(
      input,
      hops.some(({ controller }) => controller.length > 0),
    ),
    hops,
    notes: [
      ...(known
        ? []
        : [
            "whether the way goes through other releases, and what is to be migrated before, is not known: say --from and --datastore",
          ]),
      ...(hops.length === 0 ? [`${to.text} runs already`] : []),
      ...(input.daemonSet === undefined
        ? []
        : [
            `DaemonSet ${input.daemonSet} runs calico-node in this cluster: its nodes are upgraded by ${program} apply or node, and the steps below are for hosts that it does not run on`,
          ]),
      ...(windows.length === 0
        ? []
        : [
            `${windows.join(", ")} ${windows.length === 1 ? "runs" : "run"} Windows: Calico is installed there by another way (Calico for Windows), which is not written here`,
          ]),
      ...(route?.notes ?? []).map(({ id, because }) => `${id}: ${because}`),
    ],
  };
}

function hopOf(hop: PlannedHop | undefined, input: RunbookInput, catalogue: Catalogue): RunbookHop {
  const from = hop?.from ?? input.from;
  const to = hop?.to ?? input.to;
  // Without a datastore the controller is part of it: it says itself where there may be none.
  const images = imagesOf(to.text, input.datastore ?? "etcd", catalogue, input.flags.registry);
  if (images === undefined) throw new Error(`no images of ${to.text}`);
  return {
    ...(from === undefined ? {} : { from: from.text }),
    to: to.text,
    reasons: hop?.reasons ?? [],
    images,
    before: beforeOf(hop, from, input),
    controller: controllerSteps(input, images),
    hosts: input.hosts.map((host) => hostOf(host, from, to, images, input.flags)),
  };
}

function beforeOf(
  hop: PlannedHop | undefined,
  from: Version | undefined,
  { datastore }: RunbookInput,
): readonly RunbookStep[] {
  const crosses = (id: string): boolean => hop?.answers.some((answer) => answer.id === id) === true;
  const step = (
    id: RunbookStep["id"],
    what: string,
    commands: readonly string[],
    notes: readonly string[] = [],
  ): RunbookStep => ({
    id,
    what,
    notes,
    commands,
    files: [],
  });
  const mayCross = hop === undefined && (from === undefined || !atLeast(from, "v2.4.0"));
  return [
    ...(hop?.upgradeKubernetes === undefined
      ? []
      : [
          step(
            "kubernetes",
            `upgrade Kubernetes to ${rangeText(hop.upgradeKubernetes)}, with the tools that it was installed with`,
            [],
          ),
        ]),
    ...(crosses("P02") || mayCross
      ? [
          step(
            "policy",
            `${mayCross ? "if older than v2.4 runs: " : ""}migrate NetworkPolicies, ${datastore === "kubernetes" ? "before the first host" : "before the controller"}`,
            [`${program} migrate-policy --what-if`, `${program} migrate-policy`],
            [
              "a policy in a namespace without DefaultDeny did nothing and begins to block; a namespace with it opens",
            ],
          ),
        ]
      : []),
    ...(crosses("P03")
      ? [step("data", "copy Calico's data from ThirdPartyResources", [`${program} migrate-data`])]
      : []),
    ...(crosses("P09")
      ? [
          step("data", "convert Calico's data in etcd; complete it when every host runs the new release", [
            "calico-upgrade dry-run",
            "calico-upgrade start",
            "# after the last host:",
            "calico-upgrade complete",
          ]),
        ]
      : []),
  ];
}

import type { PathRuleId } from "./paths.ts";

/** What a rule is about, for somebody who meets its id. */
export interface RuleWords {
  readonly title: string;
  /** Why it matters. */
  readonly why: string;
  /** What is looked at. */
  readonly detected: string;
  /** What to do. */
  readonly fix: string;
}

const versions = "the release that runs, by its node image, and the release asked for";
const versionsAndDatastore = `${versions}, and the datastore`;

/** The path rules in words; paths.ts decides. */
export const pathWords: Readonly<Record<PathRuleId, RuleWords>> = {
  P01: {
    title: "The way begins at Calico v1.6, with the Kubernetes datastore at v2.0",
    why: "The documented procedure covers Calico v1.6 and newer. Manifests for the Kubernetes datastore came with v2.0.0.",
    detected: versionsAndDatastore,
    fix: "Install Calico anew beside an unsupported release; no upgrade of it is documented.",
  },
  P02: {
    title: "Policies are migrated before NetworkPolicies get their v1 meaning",
    why: "From v2.3.0 (Kubernetes datastore) and v2.4.0 (etcd) on the DefaultDeny annotation means nothing, and policies that had no effect begin to block.",
    detected: versionsAndDatastore,
    fix: "Before the upgrade delete the policies of namespaces without DefaultDeny, and give each namespace with it a policy that selects every pod and allows nothing: with etcd before the controller, with the Kubernetes datastore before the first node.",
  },
  P03: {
    title: "Data in ThirdPartyResources is copied before v2.5",
    why: "With the Kubernetes datastore v2.5 reads CustomResourceDefinitions only: without its data calico-node does not start. Kubernetes 1.8 no longer serves ThirdPartyResources.",
    detected: `${versionsAndDatastore}, and whether the server serves projectcalico.org/v1`,
    fix: "On Kubernetes 1.7 run kubectl calico-upgrade migrate-data, which compares object by object; or the migration Job of Calico v2.5, which does not copy SystemNetworkPolicies: convert those by hand.",
  },
  P04: {
    title: "v2.5 with the Kubernetes datastore needs Kubernetes 1.7",
    why: "Its data is in CustomResourceDefinitions, which came with Kubernetes 1.7.",
    detected: `${versionsAndDatastore}, and the version of the API server`,
    fix: "Upgrade Kubernetes to 1.7 first; not further while the data is still in ThirdPartyResources (P03).",
  },
  P05: {
    title: "v3.0 – v3.5 are reached from v2.6.5 or a newer v2.6 only",
    why: "They convert the data of v2.6.5 and newer v2.6 releases, and refuse older data.",
    detected: versions,
    fix: "Go to the newest v2.6 release first.",
  },
  P06: {
    title: "From v2 the way to v3.6 and newer leads through v3.0 – v3.5",
    why: "From v3.6 on only upgrades from v3.0 or newer are documented.",
    detected: versions,
    fix: "Go to v3.5 first, the newest that documents the way from v2.6.",
  },
  P07: {
    title: "v3.23 and newer cannot read the data of v2",
    why: "v3.23.0 removed the code that converts it.",
    detected: versions,
    fix: "Go through v3.0 – v3.5 first.",
  },
  P08: {
    title: "v3.28 and newer are reached from v3.15 or newer",
    why: "Their documentation covers upgrades from v3.15 on only.",
    detected: versions,
    fix: "Go to a release from v3.15 to v3.27 first.",
  },
  P09: {
    title: "With etcd, v3 needs an etcd v3 server and converted data",
    why: "Calico v3 keeps its data in etcd's v3 API. From the start of the conversion to its completion new pods get no network, and upgraded calico-node pods stay 1/2 Ready.",
    detected: versionsAndDatastore,
    fix: "Migrate the etcd server to v3, back it up, then run projectcalico/calico-upgrade: dry-run, start, upgrade the nodes, complete.",
  },
  P10: {
    title: "Migrating the etcd server leaves Calico's v2 data alone",
    why: "An etcd v3 server goes on speaking the v2 protocol, and Calico v2 keeps working after it.",
    detected: versionsAndDatastore,
    fix: "Nothing to do.",
  },
  P11: {
    title: "There is no way back to an older release",
    why: "No downgrade is documented but v3.0 and v3.1 to v2.6. Older releases give NetworkPolicies another meaning and cannot read newer data.",
    detected: versions,
    fix: "Repair the release that runs, or go on to a newer one.",
  },
  P12: {
    title: "The operator takes over an install of its own release, with the Kubernetes datastore",
    why: "Moving to the operator and upgrading Calico at once is not supported, and the operator has no etcd datastore.",
    detected: `${versionsAndDatastore}, and who owns the install`,
    fix: "Upgrade the manifest install to the operator's release first, or take the operator of the release that runs.",
  },
  P13: {
    title: "A way that passes over minor releases brings all their changes at once",
    why: "It is documented from v3.0, and for v3.28 and newer from v3.15, but users report trouble after long jumps.",
    detected: versions,
    fix: "Read the release notes of the releases in between, or stop at some of them.",
  },
};

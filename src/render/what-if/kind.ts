import type { Protocol } from "../../model/network-policy.ts";
import type { FlowVerdict } from "../../policy/differences.ts";
import type { Driver, Isolation } from "../../policy/isolation.ts";
import type { Cause } from "../../policy/what-if.ts";

/** What `migrate-policy --what-if -o json` prints; docs/schema/policy-what-if.json describes it. */
export interface PolicyWhatIf {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "PolicyWhatIf";
  readonly cluster: {
    readonly kubernetes: string;
    readonly calico: string;
    readonly datastore: Driver;
    readonly namespaces: number;
    readonly pods: number;
    readonly podClasses: number;
    readonly policies: number;
  };
  readonly target: {
    readonly release: string;
    readonly semantics: "legacy" | "v1";
    readonly egress: boolean;
    readonly ipBlock: "its addresses" | "nobody" | "everybody";
  };
  readonly boundary: {
    /** The first release past it. */
    readonly release: string;
    readonly side: "before" | "mixed" | "past" | "unknown";
    readonly crossed: boolean;
    /** Before which step the migration has to be finished. */
    readonly finishBefore: "controller" | "node";
  };
  readonly namespaces: readonly NamespaceWhatIf[];
  /** Upgrading as it is. */
  readonly without: Scenario;
  /** Upgrading after the plan. */
  readonly migrated: Scenario;
  /** Whether the plan changes no flow but by request or by what the target begins to enforce. */
  readonly proof: { readonly holds: boolean; readonly problems: readonly string[] };
  readonly notes: readonly string[];
}

export interface NamespaceWhatIf {
  readonly name: string;
  readonly isolation: Isolation;
  /** By --treat-as, now or earlier. */
  readonly decided: boolean;
  readonly why?: string;
  readonly drivers?: Readonly<Record<Driver, "isolated" | "open" | "unknown">>;
  readonly alphaAnnotation: boolean;
  readonly pods: number;
  readonly create?: { readonly name: string; readonly taken: readonly string[] };
  /** The policy that denies everything already. */
  readonly equal?: string;
  readonly delete: readonly {
    readonly name: string;
    readonly madeBy: readonly string[];
    readonly deleting: boolean;
  }[];
  readonly keepByRequest: readonly string[];
  readonly keepAsIs: readonly string[];
  readonly left?: "undecided" | "terminating" | "not asked for";
  readonly without: Impact;
  readonly migrated: Impact;
}

/** Pods of a namespace of which some flow changes. */
export interface Impact {
  /** Something can no longer reach them. */
  readonly cutOff: number;
  /** Something can newly reach them. */
  readonly exposed: number;
  /** They can no longer reach something. */
  readonly confined: number;
  /** For some of their flows it is not known. */
  readonly unknown: number;
}

export interface Scenario {
  readonly changes: readonly WhatIfChange[];
  readonly unknown: readonly WhatIfChange[];
  /** Entries that were left out because there are very many. */
  readonly omitted: number;
}

export interface WhatIfChange {
  readonly from: PeerGroup;
  readonly to: PeerGroup;
  /** Empty: every port. */
  readonly ports: readonly { readonly protocol: Protocol; readonly from: number; readonly to: number }[];
  readonly before: FlowVerdict;
  readonly after: FlowVerdict;
  readonly reason: {
    readonly kind: string;
    readonly message: string;
    /** NAMESPACE/NAME */
    readonly policies: readonly string[];
  };
  /** Only after the plan. */
  readonly cause?: Cause;
  /** Only those of these flows that the other end's rules of this side let through. */
  readonly limitedBy?: "ingress" | "egress";
}

/** Some of the pods and addresses; with `except`, everybody but these. */
export interface PeerGroup {
  readonly except: boolean;
  /** Whole namespaces. */
  readonly namespaces: readonly string[];
  readonly pods: readonly {
    readonly namespace: string;
    /** What they have in common of the labels that policies look at. */
    readonly labels: Readonly<Record<string, string>>;
    readonly pods: number;
    readonly example: string;
  }[];
  /** Without cidr: every address that is in none of `except`. */
  readonly addresses: readonly { readonly cidr?: string; readonly except: readonly string[] }[];
}

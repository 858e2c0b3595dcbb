import type { ReportedOutcome } from "../../plan/report/report.ts";
import type { Bound } from "../../plan/node/measure.ts";
import type { Phase } from "../../plan/report/phases.ts";
import type { Kept } from "../../model/node-record.ts";
import type { RunCommand } from "../../model/run-command.ts";
import type { Truth } from "../../model/reading.ts";
import type { Unread } from "../../facts/unread.ts";

/** What `report` prints. Times are RFC 3339 by the API server's clock, spans are seconds. */
export interface RunReport {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "RunReport";
  readonly cluster: { readonly kubernetes: string; readonly observed: string };
  readonly run: {
    /** UID of the DaemonSet and number of the revision. */
    readonly id: string;
    /** NAMESPACE/NAME */
    readonly daemonSet: string;
    readonly revision: number;
    /** unfinished: nodes are under its lease, and nobody works. incomplete: nodes were not begun. */
    readonly state: "working" | "unfinished" | "incomplete" | "done";
    readonly began?: string;
    /** Missing while nodes are under its lease. */
    readonly ended?: string;
    readonly seconds?: number;
    readonly by: readonly string[];
    /** Missing: no node had room for it. */
    readonly command?: RunCommand;
    readonly commandLine?: string;
    /** Ids of other runs of which a node or a folder has a record. */
    readonly others: readonly string[];
  };
  readonly bgp: Truth;
  /** How long BGP peers keep routes; missing where there is no BGP. */
  readonly budget?: number;
  readonly counts: Readonly<Record<ReportedOutcome, number>>;
  readonly gaps?: ReportedGaps;
  readonly configuration: {
    readonly before?: ReportedTemplate;
    readonly after?: ReportedTemplate;
    /** Unified, of containers, images and variables; missing where one side is not known. */
    readonly diff?: string;
    /** So many values in it look like secrets and are masked. */
    readonly masked?: number;
  };
  /** In the order in which they were begun, then the others. */
  readonly nodes: readonly ReportedNodeRow[];
  /** Files that some of it is from, where nodes no longer have it or had no room for it. */
  readonly collected: readonly ReportedFile[];
  readonly unread: readonly Unread[];
}

export interface ReportedFile {
  readonly file: string;
  /** Nodes that it was needed for. */
  readonly nodes: number;
}

export interface ReportedGaps {
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** Nodes with more than the budget. */
  readonly over?: number;
  readonly buckets: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}

export interface ReportedTemplate {
  readonly revision: number;
  /** As far as its images tell. */
  readonly release: string;
  readonly images: readonly string[];
}

export interface ReportedNodeRow {
  readonly name: string;
  readonly outcome: ReportedOutcome;
  /** Of what was not restarted, or not given back as it was. */
  readonly why?: string;
  readonly zone?: string;
  /** Revision before. */
  readonly from?: number;
  readonly began?: string;
  readonly ended?: string;
  /** Without a Ready calico-node, or without its container where Ready was not seen. */
  readonly gap?: number;
  readonly bound?: Bound;
  readonly overBudget?: boolean;
  readonly down?: number;
  readonly kept?: Kept;
  readonly by?: string;
  /** Seconds after `began`; a pull was before it. */
  readonly phases: readonly { readonly kind: Phase["kind"]; readonly from: number; readonly to: number }[];
}

import type { DatastoreType } from "../model/datastore.ts";
import { known, type Reading } from "../model/reading.ts";
import { boundary } from "../policy/enforcement.ts";
import { span, within, type Span, type Version } from "../releases/version.ts";
import type { PreflightFacts } from "./facts.ts";
import { unknownBecause } from "./rule.ts";
import type { Subject } from "./subject.ts";

/** When a rule applies: all of it has to hold. */
export interface When {
  /** The upgrade begins before this release and ends at it or later. */
  readonly crosses?: string;
  /** The upgrade gives policies their v1 meaning. */
  readonly changesPolicies?: true;
  /** The release that runs. */
  readonly from?: Span;
  /** The release asked for. */
  readonly to?: Span;
  readonly datastore?: DatastoreType;
  readonly canal?: boolean;
  readonly typha?: boolean;
  readonly ebpf?: boolean;
  readonly vxlan?: boolean;
  /** Calico is run by the operator, or by anybody else's manifest. */
  readonly operator?: boolean;
  /** A manifest was given with -f. */
  readonly manifest?: true;
  /** A release is asked for, or a manifest was given. */
  readonly target?: true;
}

export type Applies =
  | { readonly applies: true }
  | { readonly applies: false; readonly because: string }
  | { readonly applies: "unknown"; readonly because: string };

/** The facts that a condition looks at. */
export function conditionsOf(when: When): readonly (keyof PreflightFacts)[] {
  const looksAt: Readonly<Record<keyof When, keyof PreflightFacts | undefined>> = {
    crosses: "running",
    changesPolicies: "enforcing",
    from: "running",
    to: undefined,
    datastore: "datastore",
    canal: "canal",
    typha: "typha",
    ebpf: "ebpf",
    vxlan: "vxlan",
    operator: "install",
    manifest: undefined,
    target: undefined,
  };
  return (Object.keys(when) as (keyof When)[]).flatMap((part) => looksAt[part] ?? []);
}

/** A part that does not hold wins over one that is not known: what does not apply needs no reading. */
export function applies(when: When, facts: PreflightFacts, subject: Subject): Applies {
  const parts = partsOf(when, facts, subject);
  return (
    parts.find((part) => part.applies === false) ??
    parts.find((part) => part.applies === "unknown") ?? { applies: true }
  );
}

function partsOf(when: When, facts: PreflightFacts, { to, manifest }: Subject): readonly Applies[] {
  const parts: Applies[] = [];
  const oldest: Reading<Version> = facts.running.known ? known(facts.running.value.oldest) : facts.running;
  if (when.manifest === true && manifest === undefined) parts.push(no("no manifest is given"));
  if (when.target === true && to === undefined && manifest === undefined)
    parts.push(no("no target is named"));
  if (when.crosses !== undefined) parts.push(crossingOf(when.crosses, oldest, to));
  if (when.changesPolicies === true) parts.push(newMeaning(facts, to));
  const { from, to: ends } = when;
  if (from !== undefined) {
    parts.push(
      part("running", oldest, (version) => (within(version, from) ? undefined : `${version.text} runs`)),
    );
  }
  if (ends !== undefined) {
    parts.push(target(to, (version) => (within(version, ends) ? undefined : `${version.text} is asked for`)));
  }
  if (when.datastore !== undefined) {
    parts.push(
      part("datastore", facts.datastore, (type) =>
        type === when.datastore ? undefined : `the datastore is ${type}`,
      ),
    );
  }
  const flags = { canal: "canal", typha: "Typha", ebpf: "the eBPF dataplane", vxlan: "VXLAN" } as const;
  for (const name of ["canal", "typha", "ebpf", "vxlan"] as const) {
    const wanted = when[name];
    if (wanted === undefined) continue;
    const words = `${flags[name]} is ${wanted ? "not " : ""}in use`;
    parts.push(part(name, facts[name], (value) => (value === wanted ? undefined : words)));
  }
  if (when.operator !== undefined) {
    const words = when.operator ? "Calico is not run by the operator" : "the operator runs Calico";
    parts.push(
      part("install", facts.install, ({ kind }) =>
        (kind === "operator") === when.operator ? undefined : words,
      ),
    );
  }
  return parts;
}

/** The release at which they get it depends on the datastore. */
function newMeaning({ enforcing, datastore }: PreflightFacts, to: Subject["to"]): Applies {
  if (datastore.known) return crossingOf(boundary(datastore.value), enforcing, to);
  const both = (["kubernetes", "etcd"] as const).map((type) => crossingOf(boundary(type), enforcing, to));
  return (
    both.find((each) => each.applies === "unknown") ??
    (both.every((each) => each.applies === false) ? both[0] : undefined) ?? {
      applies: "unknown",
      because: unknownBecause("datastore", datastore),
    }
  );
}

function crossingOf(line: string, oldest: Reading<Version>, to: Subject["to"]): Applies {
  const first = span(line);
  const otherwise = `the upgrade does not lead from before ${line} to it or past it`;
  const parts = [
    part("running", oldest, (version) => (within(version, first) ? otherwise : undefined)),
    target(to, (version) => (within(version, first) ? undefined : otherwise)),
  ];
  return (
    parts.find((each) => each.applies === false) ??
    parts.find((each) => each.applies === "unknown") ?? { applies: true }
  );
}

function target(to: Subject["to"], otherwise: (version: Version) => string | undefined): Applies {
  return to === undefined ? no("no target is named") : part("target", to, otherwise);
}

function part<T>(name: string, reading: Reading<T>, otherwise: (value: T) => string | undefined): Applies {
  if (!reading.known) return { applies: "unknown", because: unknownBecause(name, reading) };
  const because = otherwise(reading.value);
  return because === undefined ? { applies: true } : no(because);
}

function no(because: string): Applies {
  return { applies: false, because };
}

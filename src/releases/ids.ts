// Written by scripts/write-checks.ts from the files beside it; change those, not this.

export type PathRuleId =
  | "P01"
  | "P02"
  | "P03"
  | "P04"
  | "P05"
  | "P06"
  | "P07"
  | "P08"
  | "P09"
  | "P10"
  | "P11"
  | "P12"
  | "P13";

export type BadReleaseId =
  | "R01"
  | "R02"
  | "R03"
  | "R04"
  | "R05"
  | "R06"
  | "R07"
  | "R08"
  | "R09"
  | "R10"
  | "R11"
  | "R12"
  | "R13"
  | "R14"
  | "R15"
  | "R16"
  | "R17"
  | "R18"
  | "R19"
  | "R20"
  | "R21"
  | "R22"
  | "R23"
  | "R24"
  | "R25"
  | "R26"
  | "R27"
  | "R28"
  | "R29";

export type LimitId = "P04" | "B13" | "B26" | "K02" | "K03" | "K04" | "K05" | "K06" | "K07" | "K08";

/** Ids that a route can name; K01 is the tested range. */
export type ReleaseFactId = PathRuleId | BadReleaseId | LimitId | "K01";

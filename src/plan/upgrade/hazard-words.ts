/** Hazards that shape the steps of a plan; their words stand with those of the rules. */
export type StepHazardId = "H01" | "H05" | "H06" | "H12" | "H16" | "H17" | "H18" | "H29";

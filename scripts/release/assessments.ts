export interface Assessment {
  readonly means: "not affected" | "affected" | "mended";
  /** What of the package is used here, and so why. */
  readonly because: string;
}

/** By advisory: what it means for this program. A release is refused while one of its packages has another. */
export const assessments: Readonly<Record<string, Assessment>> = {};

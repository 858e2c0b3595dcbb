/** The commands that can be asked whether they would begin. */
export const beginners = ["apply", "node", "controller", "configmap"] as const;
export type Beginner = (typeof beginners)[number];

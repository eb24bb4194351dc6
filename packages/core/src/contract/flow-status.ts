/** How the work of a flow went; the agent's meters and load controllers read it. */
export const FlowStatus = { OK: "OK", Error: "Error", Unset: "Unset" } as const;
export type FlowStatus = (typeof FlowStatus)[keyof typeof FlowStatus];

/** Whether a cache held the key. */
export const LookupStatus = { Hit: "HIT", Miss: "MISS" } as const;
export type LookupStatus = (typeof LookupStatus)[keyof typeof LookupStatus];

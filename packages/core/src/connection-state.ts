/**
 * How the connection to an agent stands: `"idle"` before it was needed, `"failing"` between two attempts to make it. An
 * engine inside the process is always `"ready"`.
 */
export type ConnectionState = "idle" | "connecting" | "ready" | "failing" | "closed";

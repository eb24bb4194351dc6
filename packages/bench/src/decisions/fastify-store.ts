import { createRequire } from "node:module";

/** The memory of @fastify/rate-limit. */
interface LocalStore {
  incr(key: string, done: (error: Error | null) => void, windowMs: number, most: number): void;
}

type LocalStoreClass = new (continueExceeding: boolean, exponentialBackoff: boolean, keys: number) => LocalStore;

/** It is no part of what the package exports by name, and has no types. */
const Store = createRequire(import.meta.url)("@fastify/rate-limit/store/LocalStore.js") as LocalStoreClass;

export function fastifyStore(keys: number): LocalStore {
  return new Store(false, false, keys);
}

export type { BucketAnswer, BucketAsk, BucketSettings, SlotAnswer, SlotAsk, StateBackend } from "./backend/backend.ts";
export { MemoryBackend, type MemoryBackendOptions } from "./backend/memory.ts";
export type { RegoEvaluator, RegoInput, RegoModule } from "./classifier/rego.ts";
export { createEngine, type EngineOptions } from "./create-engine.ts";
export { Engine } from "./engine.ts";
export { type CacheEvent, combineObservers, type EngineObserver, type QueueEvent } from "./observer.ts";
export type { PolicySource } from "./policy/read.ts";
export type { ComponentSummary, PolicySummary } from "./snapshot.ts";
export { type Clock, systemClock } from "./time/clock.ts";

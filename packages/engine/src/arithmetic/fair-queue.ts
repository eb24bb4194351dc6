import { Heap, type HeapEntry } from "./heap.ts";

/**
 * Weighted fair order (self-clocked fair queueing, Golestani 1994, as Aperture has it): who waits is served in the order
 * of virtual finish times, so that each workload gets tokens in proportion to its priority while all of them wait.
 *
 *   cost   = tokens / priority * lanes of the workload        fixed on arrival
 *   finish = time of the lane + cost                          when it becomes the head of its lane
 *   served:  time of the lane += cost; time of the queue = time of the lane
 *
 * A lane is one workload at one priority, or one fairness value of it; within a lane the order is that of arrival. A new
 * lane starts at the time of the queue. Two workloads, A with priority 1 and B with 4, each flow of one token:
 *
 *   A  |------- 1 -------|------- 2 -------|        served: B B B A B B B B A ...
 *   B  |.25|.5 |.75| 1   |1.25 ...
 *
 * Invariant: each lane has at most one entry in the heap, its head. An empty queue starts again at time 0.
 *
 * Unlike Aperture's, fairness values are not hashed into 256 buckets: a lane lives only as long as somebody waits in it,
 * so their number is bounded anyway, and no two callers share one by chance.
 */
export class FairQueue<T> {
  readonly #heads = new Heap<QueueEntry<T>>();
  readonly #workloads = new Map<string, Map<string, Lane<T>>>();
  #time = 0;
  #waiting = 0;

  /** Entries that wait; the one that is being served is none of them. */
  get waiting(): number {
    return this.#waiting;
  }

  /** A new arrival, which does not wait yet: {@link queue} it or serve it at once. */
  arrive(value: T, share: Share): QueueEntry<T> {
    const lane = this.#laneOf(share);
    lane.live += 1;
    const cost = (share.tokens / share.priority) * lane.siblings.size;
    return { value, cost, lane, head: undefined, isWaiting: false, previous: undefined, next: undefined };
  }

  queue(entry: QueueEntry<T>): void {
    const { lane } = entry;
    entry.isWaiting = true;
    this.#waiting += 1;
    // Without a head, one of the lane is being served: those behind it came before.
    if (lane.head === undefined && lane.first === undefined) this.#lead(entry);
    else append(lane, entry);
  }

  /** Takes out whose turn it is. {@link finish} it when it has been served, or not. */
  next(): QueueEntry<T> | undefined {
    const entry = this.#heads.pop()?.value;
    if (entry === undefined) return undefined;
    entry.isWaiting = false;
    this.#waiting -= 1;
    entry.lane.head = undefined;
    return entry;
  }

  /** An entry that does not wait any more is done. Only one that was served is charged. */
  finish(entry: QueueEntry<T>, served: boolean): void {
    const { lane } = entry;
    if (served) {
      lane.time += entry.cost;
      this.#time = lane.time;
    }
    if (lane.head === undefined) this.#promote(lane);
    this.#leave(lane);
  }

  /** Takes out an entry that waits, wherever it stands. */
  cancel(entry: QueueEntry<T>): void {
    const { lane } = entry;
    entry.isWaiting = false;
    this.#waiting -= 1;
    if (lane.head === entry) {
      if (entry.head !== undefined) this.#heads.remove(entry.head);
      lane.head = undefined;
      this.#promote(lane);
    } else {
      unlink(lane, entry);
    }
    this.#leave(lane);
  }

  #laneOf({ workload, priority, fairness }: Share): Lane<T> {
    const workloadKey = `${priority} ${workload}`;
    let siblings = this.#workloads.get(workloadKey);
    if (siblings === undefined) {
      siblings = new Map();
      this.#workloads.set(workloadKey, siblings);
    }
    let lane = siblings.get(fairness);
    if (lane === undefined) {
      lane = {
        workloadKey,
        fairness,
        siblings,
        time: this.#time,
        live: 0,
        head: undefined,
        first: undefined,
        last: undefined,
      };
      siblings.set(fairness, lane);
    }
    return lane;
  }

  #promote(lane: Lane<T>): void {
    const { first } = lane;
    if (first === undefined) return;
    unlink(lane, first);
    this.#lead(first);
  }

  #lead(entry: QueueEntry<T>): void {
    const { lane } = entry;
    lane.head = entry;
    entry.head = this.#heads.push(lane.time + entry.cost, entry);
  }

  #leave(lane: Lane<T>): void {
    lane.live -= 1;
    if (lane.live > 0) return;
    lane.siblings.delete(lane.fairness);
    if (lane.siblings.size === 0) this.#workloads.delete(lane.workloadKey);
    if (this.#workloads.size === 0) this.#time = 0;
  }
}

/** What an entry is owed. */
export interface Share {
  readonly workload: string;
  /** Above 0. */
  readonly priority: number;
  readonly tokens: number;
  /** Flows of one workload take turns by it; empty for none. */
  readonly fairness: string;
}

/** One arrival. Only the queue may write it. */
export interface QueueEntry<T> {
  readonly value: T;
  readonly cost: number;
  readonly lane: Lane<T>;
  /** Its place among the heads of all lanes. */
  head: HeapEntry<QueueEntry<T>> | undefined;
  isWaiting: boolean;
  previous: QueueEntry<T> | undefined;
  next: QueueEntry<T> | undefined;
}

interface Lane<T> {
  readonly workloadKey: string;
  readonly fairness: string;
  /** The lanes of the same workload, itself among them. */
  readonly siblings: Map<string, Lane<T>>;
  time: number;
  /** Arrivals that have not left, the one being served among them. */
  live: number;
  head: QueueEntry<T> | undefined;
  /** Behind the head: a linked list, for whoever leaves may stand anywhere. */
  first: QueueEntry<T> | undefined;
  last: QueueEntry<T> | undefined;
}

function append<T>(lane: Lane<T>, entry: QueueEntry<T>): void {
  entry.previous = lane.last;
  if (lane.last === undefined) lane.first = entry;
  else lane.last.next = entry;
  lane.last = entry;
}

function unlink<T>(lane: Lane<T>, entry: QueueEntry<T>): void {
  if (entry.previous === undefined) lane.first = entry.next;
  else entry.previous.next = entry.next;
  if (entry.next === undefined) lane.last = entry.previous;
  else entry.next.previous = entry.previous;
  entry.previous = undefined;
  entry.next = undefined;
}

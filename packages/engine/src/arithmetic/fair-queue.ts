import { Heap, NOWHERE } from "./heap.ts";

/**
 * So many workloads are kept while nobody waits in them. Where there is a queue, those of high priority come and go all the
 * time; to make and forget their maps each time took a fifth of a turn, and more in the collector.
 */
const MOST_IDLE = 16;

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
 * Invariant: a lane stands in the heap, at the finish time of its head, while it has one; while one of a lane is served,
 * those behind it have no head. An empty queue starts again at time 0.
 *
 * Unlike Aperture's, fairness values are not hashed into 256 buckets: a lane lives only as long as somebody waits in it,
 * so their number is bounded anyway, and no two callers share one by chance.
 */
export class FairQueue<E extends QueueEntry<E>> {
  readonly #heads = new Heap<Lane<E>>();
  /** By priority, then by name. */
  readonly #workloads = new Map<number, Map<string, Workload<E>>>();
  /** Workloads that somebody waits in or is served from, and others that were kept. */
  #busy = 0;
  #idle = 0;
  #time = 0;
  #waiting = 0;

  /** Entries that wait; the one that is being served is none of them. */
  get waiting(): number {
    return this.#waiting;
  }

  /** A new arrival, which does not wait yet: {@link queue} it or serve it at once. */
  arrive(entry: E, share: Share): void {
    const lane = this.#laneOf(share);
    const { workload } = lane;
    if (lane.live === 0) {
      lane.time = this.#time;
      workload.live += 1;
    }
    lane.live += 1;
    entry.lane = lane;
    entry.lanes = workload.live;
  }

  queue(entry: E): void {
    const lane = laneOf(entry);
    this.#waiting += 1;
    const isFirst = lane.first === undefined;
    append(lane, entry);
    // Otherwise there is a head already, or it comes when the one that is being served is finished.
    if (isFirst) this.#lead(lane);
  }

  /** Takes out whose turn it is. {@link finish} it when it has been served, or not. */
  next(): E | undefined {
    const lane = this.#heads.pop();
    if (lane === undefined) return undefined;
    const entry = lane.first as E;
    this.#waiting -= 1;
    unlink(lane, entry);
    return entry;
  }

  /** An entry that does not wait any more is done. Only one that was served is charged. */
  finish(entry: E, served: boolean): void {
    const lane = laneOf(entry);
    if (served) {
      lane.time += costOf(entry, lane);
      this.#time = lane.time;
    }
    if (lane.place === NOWHERE) this.#lead(lane);
    this.#leave(lane);
  }

  /** Takes out an entry that waits, wherever it stands. */
  cancel(entry: E): void {
    const lane = laneOf(entry);
    this.#waiting -= 1;
    const wasHead = lane.first === entry && this.#heads.remove(lane);
    unlink(lane, entry);
    if (wasHead) this.#lead(lane);
    this.#leave(lane);
  }

  #laneOf({ workload: name, priority, fairness }: Share): Lane<E> {
    const workload = this.#workloadOf(name, priority);
    let lane = workload.lanes.get(fairness);
    if (lane === undefined) {
      lane = { workload, fairness, time: 0, live: 0, place: NOWHERE, first: undefined, last: undefined };
      workload.lanes.set(fairness, lane);
    }
    return lane;
  }

  #workloadOf(name: string, priority: number): Workload<E> {
    let workloads = this.#workloads.get(priority);
    if (workloads === undefined) {
      workloads = new Map();
      this.#workloads.set(priority, workloads);
    }
    let workload = workloads.get(name);
    if (workload === undefined) {
      workload = { name, priority, lanes: new Map(), live: 0 };
      workloads.set(name, workload);
      this.#idle += 1;
    }
    if (workload.live === 0) {
      this.#idle -= 1;
      this.#busy += 1;
    }
    return workload;
  }

  /** The first of a lane, where there is one, becomes its head. */
  #lead(lane: Lane<E>): void {
    if (lane.first !== undefined) this.#heads.push(lane.time + costOf(lane.first, lane), lane);
  }

  #leave(lane: Lane<E>): void {
    lane.live -= 1;
    if (lane.live > 0) return;
    const { workload, fairness } = lane;
    if (fairness !== "") workload.lanes.delete(fairness);
    workload.live -= 1;
    if (workload.live > 0) return;
    this.#busy -= 1;
    if (this.#busy === 0) this.#time = 0;
    if (this.#idle < MOST_IDLE) this.#idle += 1;
    else this.#forget(workload);
  }

  #forget({ name, priority }: Workload<E>): void {
    const workloads = this.#workloads.get(priority);
    workloads?.delete(name);
    if (workloads?.size === 0) this.#workloads.delete(priority);
  }
}

/** What an entry is owed. */
export interface Share {
  readonly workload: string;
  /** Above 0. */
  readonly priority: number;
  /** Flows of one workload take turns by it; empty for none. */
  readonly fairness: string;
}

/** One arrival, an object of the caller's: only the queue may write these parts of it. */
export interface QueueEntry<E> {
  /** Undefined until it arrives. */
  lane: Lane<E> | undefined;
  readonly tokens: number;
  /** Lanes of its workload when it came. Its cost itself would be a fraction, and each of those an object more. */
  lanes: number;
  previous: E | undefined;
  next: E | undefined;
}

interface Workload<E> {
  readonly name: string;
  readonly priority: number;
  /** By fairness value. */
  readonly lanes: Map<string, Lane<E>>;
  /** Lanes in which somebody waits or is served from. */
  live: number;
}

export interface Lane<E> {
  readonly workload: Workload<E>;
  readonly fairness: string;
  time: number;
  /** Arrivals that have not left, the one being served among them. */
  live: number;
  /** Among the heads of all lanes. */
  place: number;
  /** A linked list, for whoever leaves may stand anywhere. */
  first: E | undefined;
  last: E | undefined;
}

function laneOf<E extends QueueEntry<E>>(entry: E): Lane<E> {
  return entry.lane as Lane<E>;
}

function costOf<E extends QueueEntry<E>>({ tokens, lanes }: E, { workload }: Lane<E>): number {
  return (tokens / workload.priority) * lanes;
}

function append<E extends QueueEntry<E>>(lane: Lane<E>, entry: E): void {
  entry.previous = lane.last;
  if (lane.last === undefined) lane.first = entry;
  else lane.last.next = entry;
  lane.last = entry;
}

function unlink<E extends QueueEntry<E>>(lane: Lane<E>, entry: E): void {
  if (entry.previous === undefined) lane.first = entry.next;
  else entry.previous.next = entry.next;
  if (entry.next === undefined) lane.last = entry.previous;
  else entry.next.previous = entry.previous;
  entry.previous = undefined;
  entry.next = undefined;
}

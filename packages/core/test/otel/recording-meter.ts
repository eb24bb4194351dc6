import type { Attributes, Meter, MeterProvider } from "@opentelemetry/api";
import { createNoopMeter } from "@opentelemetry/api";

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly attributes: Attributes | undefined;
}

/** A meter that keeps what it is told; no package of the SDK's is needed for that. */
export class RecordingMeter implements MeterProvider {
  readonly measurements: Measurement[] = [];

  getMeter(): Meter {
    const record = (name: string) => (value: number, attributes?: Attributes) => {
      this.measurements.push({ name, value, attributes });
    };
    const meter = createNoopMeter();
    meter.createCounter = (name) => ({ add: record(name) });
    meter.createUpDownCounter = (name) => ({ add: record(name) });
    meter.createHistogram = (name) => ({ record: record(name) });
    return meter;
  }

  of(name: string): readonly Measurement[] {
    return this.measurements.filter((measurement) => measurement.name === name);
  }
}

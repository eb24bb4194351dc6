import type * as z from "zod";
import { alerterParameters, gradientParameters } from "./schema-load-scheduler.ts";
import { constantSignal, inPorts, manyInPorts, outPort, outPorts } from "./schema-ports.ts";
import {
  duration,
  flag,
  integer,
  mapping,
  name,
  number,
  oneKeyOf,
  oneOf,
  positiveDuration,
  someOf,
  text,
} from "./schema-values.ts";

const output = outPorts("output");

const point = mapping(() => ({
  input: number().describe("The input here."),
  output: number().describe("The output here."),
}));

/** The components that turn signals into signals. */
export const standardComponents = {
  variable: mapping(() => ({
    constant_output: constantSignal.describe("What it writes."),
    config_key: text().optional().describe("The key of the dynamic configuration that replaces the constant."),
    out_ports: output,
  }))
    .optional()
    .describe("Writes a constant."),
  bool_variable: mapping(() => ({
    constant_output: flag().default(false).describe("What it writes, as 1 or 0."),
    config_key: text().optional().describe("The key of the dynamic configuration that replaces the constant."),
    out_ports: output,
  }))
    .optional()
    .describe("Writes a constant that is true or false."),
  arithmetic_combinator: mapping(() => ({
    operator: oneOf("add", "sub", "mul", "div", "xor", "lshift", "rshift").describe("What is done to both."),
    in_ports: inPorts("lhs", "rhs"),
    out_ports: output,
  }))
    .optional()
    .describe("Combines two numbers."),
  unary_operator: mapping(() => ({
    operator: oneOf(
      ...(["abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "ceil", "cos", "cosh", "erf"] as const),
      ...(["erfc", "erfcinv", "erfinv", "exp", "exp2", "expm1", "floor", "gamma", "j0", "j1", "lgamma"] as const),
      ...(["log", "log10", "log1p", "log2", "round", "roundtoeven", "sin", "sinh", "sqrt", "tan", "tanh"] as const),
      ...(["trunc", "y0", "y1"] as const),
    ).describe("What is done to the number."),
    in_ports: inPorts("input"),
    out_ports: output,
  }))
    .optional()
    .describe("Computes a function of a number."),
  decider: mapping(() => ({
    operator: oneOf("gt", "lt", "gte", "lte", "eq", "neq").describe("How the two are compared."),
    true_for: duration().prefault("0s").describe("How long the comparison has to hold before it counts as true."),
    false_for: duration().prefault("0s").describe("How long it has to fail before it counts as false."),
    in_ports: inPorts("lhs", "rhs"),
    out_ports: output,
  }))
    .optional()
    .describe("Compares two numbers."),
  switcher: mapping(() => ({ in_ports: inPorts("switch", "on_signal", "off_signal"), out_ports: output }))
    .optional()
    .describe("Passes on one of two signals."),
  first_valid: mapping(() => ({ in_ports: manyInPorts(), out_ports: output }))
    .optional()
    .describe("Passes on the first valid signal."),
  max: mapping(() => ({ in_ports: manyInPorts(), out_ports: output }))
    .optional()
    .describe("The greatest of its inputs."),
  min: mapping(() => ({ in_ports: manyInPorts(), out_ports: output }))
    .optional()
    .describe("The least of its inputs."),
  and: mapping(() => ({ in_ports: manyInPorts(), out_ports: output }))
    .optional()
    .describe("True where all inputs are."),
  or: mapping(() => ({ in_ports: manyInPorts(), out_ports: output }))
    .optional()
    .describe("True where one input is."),
  inverter: mapping(() => ({ in_ports: inPorts("input"), out_ports: output }))
    .optional()
    .describe("True where its input is false."),
  gradient_controller: mapping(() => ({
    parameters: gradientParameters.describe("How the output follows."),
    manual_mode: flag().default(false).describe("Whether the control variable is passed on as it is."),
    manual_mode_config_key: text()
      .optional()
      .describe("The key of the dynamic configuration that replaces `manual_mode`."),
    in_ports: inPorts("signal", "setpoint", "control_variable", "max", "min"),
    out_ports: output,
  }))
    .optional()
    .describe("Moves a variable by the ratio of signal and setpoint."),
  ema: mapping(() => ({
    parameters: mapping(() => ({
      ema_window: duration().describe("The window of the average."),
      warmup_window: duration().describe("How long the plain mean is taken first."),
      correction_factor_on_min_envelope_violation: number({ gte: 1 })
        .default(1)
        .describe("Factor while the average is below the envelope."),
      correction_factor_on_max_envelope_violation: number({ gte: 0, lte: 1 })
        .default(1)
        .describe("Factor while the average is above the envelope."),
      valid_during_warmup: flag().default(false).describe("Whether the output is valid while the mean is taken."),
    })).describe("The windows."),
    in_ports: inPorts("input", "max_envelope", "min_envelope"),
    out_ports: output,
  }))
    .optional()
    .describe("Exponential moving average."),
  sma: mapping(() => ({
    parameters: mapping(() => ({
      sma_window: duration().describe("The window of the average."),
      valid_during_warmup: flag().default(false).describe("Whether the output is valid while the window fills."),
    })).describe("The window."),
    in_ports: inPorts("input"),
    out_ports: output,
  }))
    .optional()
    .describe("Simple moving average."),
  extrapolator: mapping(() => ({
    parameters: mapping(() => ({
      max_extrapolation_interval: duration().describe("How long the last valid value is repeated."),
    })).describe("How long."),
    in_ports: inPorts("input"),
    out_ports: output,
  }))
    .optional()
    .describe("Repeats the last valid value for a while."),
  holder: mapping(() => ({
    hold_for: duration().prefault("5s").describe("How long a value is held."),
    in_ports: inPorts("input", "reset"),
    out_ports: output,
  }))
    .optional()
    .describe("Holds a value."),
  pulse_generator: mapping(() => ({
    true_for: duration().prefault("5s").describe("How long it is true."),
    false_for: duration().prefault("5s").describe("How long it is false."),
    out_ports: output,
  }))
    .optional()
    .describe("Alternates between true and false."),
  integrator: mapping(() => ({
    initial_value: number().default(0).describe("The sum at the start."),
    evaluation_interval: positiveDuration().optional().describe("How often it adds; every tick by default."),
    in_ports: inPorts("input", "reset", "max", "min"),
    out_ports: output,
  }))
    .optional()
    .describe("Adds up its input."),
  differentiator: mapping(() => ({
    window: duration().prefault("5s").describe("The window of the difference."),
    in_ports: inPorts("input"),
    out_ports: output,
  }))
    .optional()
    .describe("Deprecated: the change of its input."),
  signal_generator: mapping(() => ({
    parameters: mapping(() => ({
      steps: someOf(
        mapping(() => ({
          target_output: constantSignal.describe("The output at the end of the step."),
          duration: duration().describe("How long the step takes."),
        })),
      ).describe("The steps, in order."),
    })).describe("The steps."),
    in_ports: inPorts("forward", "backward", "reset"),
    out_ports: outPorts("output", "at_start", "at_end"),
  }))
    .optional()
    .describe("Moves through steps."),
  pid_controller: mapping(() => ({
    parameters: mapping(() => ({
      kp: number({ gte: 0 }).default(0).describe("Weight of the error."),
      ki: number({ gte: 0 }).default(0).describe("Weight of its sum."),
      kd: number({ gte: 0 }).default(0).describe("Weight of its change."),
      evaluation_interval: positiveDuration().optional().describe("How often it computes; every tick by default."),
      reset_after_invalid_samples: integer({ gte: 1 })
        .default(4)
        .describe("After more invalid samples than these it starts anew."),
    }))
      .optional()
      .describe("The weights."),
    in_ports: inPorts("signal", "setpoint", "min", "max"),
    out_ports: output,
  }))
    .optional()
    .describe("Proportional, integral and derivative control."),
  polynomial_range_function: mapping(() => ({
    parameters: mapping(() => ({
      start: point.describe("Where the curve starts."),
      end: point.describe("Where the curve ends."),
      degree: number({ not: 0 }).default(1).describe("The degree of the curve."),
      clamp_to_datapoint: flag().optional().describe("Whether the output stays at the ends outside of them."),
      clamp_to_custom_values: mapping(() => ({
        pre_start: number().describe("The output before the start."),
        post_end: number().describe("The output after the end."),
      }))
        .optional()
        .describe("The outputs outside of the ends."),
      continue_curve: flag().optional().describe("Whether the curve goes on outside of the ends."),
    })).describe("The curve."),
    in_ports: inPorts("input"),
    out_ports: output,
  }))
    .optional()
    .describe("A curve between two points."),
  alerter: mapping(() => ({
    parameters: alerterParameters.describe("The alert."),
    in_ports: inPorts("signal"),
  }))
    .optional()
    .describe("Raises an alert while its signal is true. Read, but not evaluated yet."),
  query: oneKeyOf("query", () => ({
    promql: mapping(() => ({
      query_string: name().describe("The query."),
      evaluation_interval: positiveDuration().prefault("10s").describe("How often it is asked."),
      out_ports: output,
    }))
      .optional()
      .describe("A query in PromQL."),
  }))
    .optional()
    .describe("Reads a metric."),
  nested_signal_ingress: mapping(() => ({
    port_name: name().describe("The port of the nested circuit."),
    out_ports: mapping(() => ({ signal: outPort.optional().describe("The signal it becomes inside.") }))
      .optional()
      .describe("What it writes."),
  }))
    .optional()
    .describe("Brings a signal into a nested circuit."),
  nested_signal_egress: mapping(() => ({
    port_name: name().describe("The port of the nested circuit."),
    in_ports: inPorts("signal"),
  }))
    .optional()
    .describe("Brings a signal out of a nested circuit."),
} satisfies z.ZodRawShape;

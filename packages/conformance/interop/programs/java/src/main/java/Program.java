import com.fluxninja.aperture.sdk.ApertureSDK;
import com.fluxninja.aperture.sdk.FeatureFlowParameters;
import com.fluxninja.aperture.sdk.Flow;
import com.google.gson.Gson;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The reference's own SDK for Java, as a program would use it. */
public final class Program {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static ApertureSDK sdk;
  private static int flows;

  public static void main(String[] arguments) throws Exception {
    sdk = ApertureSDK.builder().setAddress(arguments[0]).useInsecureGrpc(true).build();
    var answer = new LinkedHashMap<String, Object>();

    var first = run("limited");
    var second = run("limited");
    answer.put("limited", List.of(first.shouldRun(), second.shouldRun()));
    answer.put("status", second.getRejectionHttpStatusCode());
    answer.put("retryAfterMs", Durations.toMillis(second.checkResponse().getWaitTime()));

    var held = start("placed", "");
    var refused = run("placed");
    end(held);
    var again = run("placed");
    answer.put("placed", List.of(held.shouldRun(), refused.shouldRun(), again.shouldRun()));

    var miss = start("cached", "greeting");
    check(miss.setResultCache("hello".getBytes(StandardCharsets.UTF_8), Duration.ofMinutes(1)).getError());
    end(miss);
    var hit = start("cached", "greeting");
    end(hit);
    var found = hit.resultCache();
    var value = ((ByteString) found.getValue()).toStringUtf8();
    var before = miss.resultCache().getLookupStatus().getValue();
    answer.put("cached", List.of(before, found.getLookupStatus().getValue(), value));

    run("queued");
    var startedNs = System.nanoTime();
    answer.put("queued", run("queued").shouldRun());
    answer.put("waitedMs", (System.nanoTime() - startedNs) / 1e6);

    answer.put("flows", flows);
    flush();
    System.out.println(new Gson().toJson(answer));
    // The SDK cannot be closed, and its threads would keep the process alive.
    System.exit(0);
  }

  private static Flow start(String controlPoint, String resultCacheKey) throws Exception {
    flows += 1;
    var flow =
        sdk.startFlow(
            FeatureFlowParameters.newBuilder(controlPoint)
                .setExplicitLabels(Map.of("user", "alice"))
                .setResultCacheKey(resultCacheKey)
                .setFlowTimeout(TIMEOUT)
                .build());
    check(flow.getError());
    return flow;
  }

  private static Flow run(String controlPoint) throws Exception {
    var flow = start(controlPoint, "");
    end(flow);
    return flow;
  }

  private static void end(Flow flow) throws Exception {
    check(flow.end().getError());
  }

  private static void check(Exception error) throws Exception {
    if (error != null) throw error;
  }

  /** Waits until the service has the telemetry. The SDK offers nothing for it, so this reaches for what it hides. */
  private static void flush() throws Exception {
    var processor = (SpanProcessor) field(field(field(sdk, "tracer"), "sharedState"), "activeSpanProcessor");
    processor.forceFlush().join(10, TimeUnit.SECONDS);
  }

  private static Object field(Object owner, String name) throws Exception {
    Field field = owner.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }
}

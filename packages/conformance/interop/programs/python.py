"""The reference's own SDK from PyPI, as a program would use it."""
import datetime
import json
import sys
import time

from aperture_sdk.client import ApertureClient, FlowParams
from opentelemetry import trace

client = ApertureClient.new_client(address=sys.argv[1], insecure=True)
flows = 0


def start(control_point, **more):
    global flows
    flows += 1
    params = FlowParams(
        explicit_labels={"user": "alice"}, check_timeout=datetime.timedelta(seconds=30), **more
    )
    flow = client.start_flow(control_point, params)
    if flow.error() is not None:
        raise flow.error()
    return flow


def run(control_point):
    flow = start(control_point)
    flow.end()
    return flow


first = run("limited")
second = run("limited")

held = start("placed")
refused = run("placed")
held.end()
again = run("placed")

miss = start("cached", result_cache_key="greeting")
miss.set_result_cache("hello", datetime.timedelta(seconds=60))
miss.end()
hit = start("cached", result_cache_key="greeting")
hit.end()

run("queued")
started = time.monotonic()
waited = run("queued")
waited_ms = (time.monotonic() - started) * 1000

trace.get_tracer_provider().force_flush()
found = hit.result_cache()
value = found.get_value()
wait_time = second.check_response.wait_time
print(
    json.dumps(
        {
            "flows": flows,
            "limited": [first.should_run(), second.should_run()],
            "status": second.http_response_code(),
            "retryAfterMs": wait_time.seconds * 1000 + wait_time.nanos / 1e6,
            "placed": [held.should_run(), refused.should_run(), again.should_run()],
            "cached": [
                miss.result_cache().get_lookup_status().value,
                found.get_lookup_status().value,
                value.decode() if isinstance(value, bytes) else value,
            ],
            "queued": waited.should_run(),
            "waitedMs": waited_ms,
        }
    )
)

// The reference's own SDK for Go, as a program would use it.
package main

import (
	"context"
	"encoding/json"
	"os"
	"time"

	aperture "github.com/fluxninja/aperture-go/v2/sdk"
	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

var (
	client aperture.Client
	flows  int
)

func start(controlPoint string, resultCacheKey string) aperture.Flow {
	flows++
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	flow := client.StartFlow(ctx, controlPoint, aperture.FlowParams{
		Labels:         map[string]string{"user": "alice"},
		ResultCacheKey: resultCacheKey,
	})
	must(flow.Error())
	return flow
}

func run(controlPoint string) aperture.Flow {
	flow := start(controlPoint, "")
	must(flow.End().Error)
	return flow
}

func main() {
	ctx := context.Background()
	var err error
	client, err = aperture.NewClient(ctx, aperture.Options{
		Address:     os.Args[1],
		DialOptions: []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())},
	})
	must(err)

	first := run("limited")
	second := run("limited")

	held := start("placed", "")
	refused := run("placed")
	must(held.End().Error)
	again := run("placed")

	miss := start("cached", "greeting")
	must(miss.SetResultCache(ctx, aperture.CacheEntry{Value: []byte("hello"), TTL: time.Minute}).Error())
	must(miss.End().Error)
	hit := start("cached", "greeting")
	must(hit.End().Error)

	run("queued")
	started := time.Now()
	waited := run("queued")
	waitedMs := time.Since(started).Milliseconds()

	must(otel.GetTracerProvider().(*sdktrace.TracerProvider).ForceFlush(ctx))
	must(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"flows":        flows,
		"limited":      []bool{first.ShouldRun(), second.ShouldRun()},
		"status":       second.HTTPResponseCode(),
		"retryAfterMs": second.RetryAfter().Milliseconds(),
		"placed":       []bool{held.ShouldRun(), refused.ShouldRun(), again.ShouldRun()},
		"cached": []string{
			string(miss.ResultCache().LookupStatus()),
			string(hit.ResultCache().LookupStatus()),
			string(hit.ResultCache().Value()),
		},
		"queued":   waited.ShouldRun(),
		"waitedMs": waitedMs,
	}))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

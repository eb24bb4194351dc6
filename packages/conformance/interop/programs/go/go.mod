module interop

go 1.21.4

require github.com/fluxninja/aperture-go/v2 v2.33.0

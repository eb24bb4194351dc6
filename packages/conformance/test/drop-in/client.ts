import { ApertureClient } from "@aperture-flow/core";
import grpc from "@grpc/grpc-js";

export const apertureClient = new ApertureClient({
  address: process.env["APERTURE_AGENT_ADDRESS"] ?? "localhost:8089",
  apiKey: process.env["APERTURE_API_KEY"] || "some-key",
  channelCredentials: grpc.credentials.createInsecure(),
});

import { Buffer } from "node:buffer";
import { type ChannelCredentials, type ChannelOptions, Client, credentials } from "@grpc/grpc-js";
import type { AgentSettings, Security } from "../agent-options.ts";

/** Grpc-js itself waits a second before it tries again, and up to two minutes after a long outage. */
const RECONNECTION: ChannelOptions = {
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1000,
};

const DEFAULTS: ChannelOptions = {
  ...RECONNECTION,
  // Grpc-js asks where a name leads every half a minute at most: for so long nobody would find an agent that has moved.
  "grpc.dns_min_time_between_resolutions_ms": 5000,
  // Nobody but the application says how calls are made; the look-up of the option would also delay the first one.
  "grpc.service_config_disable_resolution": 1,
  // Its books on every call cost 3 % of a flow; who serves them turns them on.
  "grpc.enable_channelz": 0,
  // A connection of its own: one that is stuck can be given up.
  "grpc.use_local_subchannel_pool": 1,
};

/** A connection to the agent that begins to be made, and is made again when it is lost. */
export function openChannel({ target, local, security, channelOptions }: AgentSettings): Client {
  const options: ChannelOptions = { ...DEFAULTS };
  // A proxy of the environment is meant for other machines.
  if (local) options["grpc.enable_http_proxy"] = 0;
  if (security.kind === "tls" && security.tls.serverName !== undefined) {
    options["grpc.ssl_target_name_override"] = security.tls.serverName;
    options["grpc.default_authority"] = security.tls.serverName;
  }
  const client = new Client(target, credentialsOf(security), { ...options, ...channelOptions });
  client.getChannel().getConnectivityState(true);
  return client;
}

function credentialsOf(security: Security): ChannelCredentials {
  if (security.kind === "insecure") return credentials.createInsecure();
  if (security.kind === "credentials") return security.credentials;
  const { rootCerts, privateKey, certChain } = security.tls;
  return credentials.createSsl(bufferOrNull(rootCerts), bufferOrNull(privateKey), bufferOrNull(certChain));
}

function bufferOrNull(bytes: Uint8Array | undefined): Buffer | null {
  return bytes === undefined ? null : Buffer.from(bytes);
}

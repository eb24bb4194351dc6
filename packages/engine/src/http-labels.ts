import { type HttpAttributes, httpFlavor, type Labels } from "@aperture-flow/core";

/**
 * The labels of a flow with a whole HTTP request: those of the request, as Aperture's agent names them, and over them
 * those that the application gave.
 */
export function withHttpLabels(http: HttpAttributes, explicit: Labels): Labels {
  // Without a prototype: header and label names come from outside.
  const labels: Record<string, string> = Object.create(null);
  labels["http.method"] = http.method;
  labels["http.target"] = http.path;
  labels["http.host"] = http.host;
  labels["http.scheme"] = http.scheme;
  labels["http.request_content_length"] = String(http.size);
  labels["http.flavor"] = httpFlavor(http.protocol);
  for (const [name, value] of Object.entries(http.headers)) {
    // Pseudo-headers of HTTP/2 say what the labels above do.
    if (!name.startsWith(":")) labels[`http.request.header.${name.toLowerCase().replaceAll("-", "_")}`] = value;
  }
  return Object.assign(labels, explicit);
}

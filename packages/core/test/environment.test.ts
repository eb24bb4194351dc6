import { expect } from "chai";
import { readAgentEnvironment } from "../src/environment.ts";

describe("readAgentEnvironment", () => {
  it("reads the variables of the reference's examples", () => {
    const environment = {
      APERTURE_AGENT_ADDRESS: "agent:8089",
      APERTURE_API_KEY: "k",
      APERTURE_AGENT_INSECURE: "true",
    };
    expect(readAgentEnvironment(environment)).to.deep.equal({ address: "agent:8089", apiKey: "k", insecure: true });
  });

  it("takes what is not set, or empty, for absent", () => {
    const absent = { address: undefined, apiKey: undefined, insecure: false };
    expect(readAgentEnvironment({})).to.deep.equal(absent);
    const empty = { APERTURE_AGENT_ADDRESS: "", APERTURE_API_KEY: "", APERTURE_AGENT_INSECURE: "" };
    expect(readAgentEnvironment(empty)).to.deep.equal(absent);
  });
});

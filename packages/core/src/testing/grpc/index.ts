export {
  type AgentBehaviour,
  type AgentCall,
  FakeAgent,
  type FakeAgentOptions,
  type ReportedSpan,
} from "./fake-agent.ts";

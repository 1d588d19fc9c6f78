// The parts of the API's JSON that the console reads. 64-bit numbers are strings; times are RFC 3339;
// durations end in "s"; a message that is not set is absent.

export interface Evidence {
  callId: string;
  turn: number;
  speaker: string;
  quote: string;
}

export type BlockerStatus =
  | 'BLOCKER_STATUS_RAISED'
  | 'BLOCKER_STATUS_BEING_ADDRESSED'
  | 'BLOCKER_STATUS_RESOLVED'
  | 'BLOCKER_STATUS_WITHDRAWN'
  | 'BLOCKER_STATUS_REOPENED';

export interface BlockerTransition {
  status: BlockerStatus;
  at?: string;
  evidence?: Evidence;
}

export interface Blocker {
  id: string;
  category: string;
  object: string;
  description: string;
  status: BlockerStatus;
  owner: string;
  clearingCondition: string;
  history: BlockerTransition[];
}

export interface Stakeholder {
  name: string;
  title: string;
  organization: string;
  email: string;
  role: string;
  authorityEvidence: Evidence[];
  nominal: boolean;
  nominalReason: string;
}

export interface TimelineEntry {
  callId: string;
  occurredAt?: string;
  primaryBlocker?: Blocker;
  decisionMakers: string[];
  stage: string;
  factsAdded: number;
  summary: string;
}

export interface DealState {
  blockers: Blocker[];
  stakeholders: Stakeholder[];
  stage: string;
  timeline: TimelineEntry[];
  primaryBlockerId: string;
  version: string;
}

export interface Fact {
  id: string;
  kind: string;
  text: string;
  subject: string;
  attribute: string;
  value: string;
  evidence: Evidence[];
  confidence: number;
  validFrom?: string;
  validTo?: string;
  recordedAt?: string;
  supersededBy: string;
  tags: string[];
  invalidationReason?: string;
}

export interface ProfileEntry {
  text: string;
  evidence?: Evidence;
  at?: string;
}

export interface Objection {
  text: string;
  status: string;
  howAddressed: string;
  blockerId: string;
  evidence?: Evidence;
  at?: string;
}

export interface CustomerProfile {
  customerId: string;
  buyingTriggers: ProfileEntry[];
  budget?: ProfileEntry;
  objections: Objection[];
  preferences: ProfileEntry[];
  personalDetails: ProfileEntry[];
  channelPreference: ProfileEntry[];
  journeyStage: string;
  lastInteraction?: ProfileEntry;
  version: string;
}

export interface EmailAddress {
  name: string;
  address: string;
}

export interface Email {
  to: EmailAddress[];
  cc: EmailAddress[];
  subject: string;
  body: string;
  claims: { text: string; evidence: Evidence[] }[];
}

export interface Analysis {
  primaryBlocker?: Blocker;
  primaryReason: string;
  openBlockers: Blocker[];
  resolvedBlockers: Blocker[];
  decisionMakers: Stakeholder[];
  nominalDecisionMakers: Stakeholder[];
  stakeholders: Stakeholder[];
  nextStep?: { description: string; owner: string; dueDate: string; evidence?: Evidence };
  followUp?: { recipient: string; cc: string[]; reason: string; evidence: Evidence[] };
  stage: string;
  budget: string;
  timeline: string;
  confidence: number;
  notASalesCall: boolean;
  suspiciousContent: Evidence[];
}

export interface Cost {
  nanoUsd: string;
  usd: number;
  unpriced: boolean;
}

export interface Usage {
  inputUncachedTokens: string;
  inputCachedTokens: string;
  outputVisibleTokens: string;
  outputReasoningTokens: string;
  estimated: boolean;
}

export interface Check {
  name: string;
  result: string;
  explanation: string;
}

export interface Attempt {
  model: string;
  provider: string;
  role: string;
  outcome: string;
  reason: string;
  checks: Check[];
  score: number;
  usage?: Usage;
  cost?: Cost;
  latency?: string;
  explanation: string;
}

export interface Decision {
  id: string;
  decidedAt?: string;
  task: string;
  attribution?: { customerId: string; callId: string };
  outcome: string;
  reason: string;
  explanation: string;
  fromModel: string;
  toModel: string;
  draftScore: number;
  threshold: number;
  difficulty: number;
  attempts: Attempt[];
  cost?: Cost;
  baselineCost?: Cost;
  latency?: string;
  overhead?: string;
  policyVersion: string;
}

export interface CallResult {
  customerId: string;
  callId: string;
  occurredAt?: string;
  analysis?: Analysis;
  email?: Email;
  facts: Fact[];
  supersededFactIds: string[];
  decisions: Decision[];
  cost?: Cost;
  baselineCost?: Cost;
  timings: { step: string; duration?: string }[];
  latency?: string;
  factsRecalled: number;
  recallCacheHit: boolean;
  memoryVersion: string;
  replayed: boolean;
  warnings: string[];
}

export interface Turn {
  index: number;
  speaker: string;
  text: string;
  startOffset?: string;
}

export interface Participant {
  name: string;
  title: string;
  organization: string;
  side: string;
  presence: string;
}

export interface Transcript {
  turns: Turn[];
  participants: Participant[];
  occurredAt?: string;
  title: string;
  format: string;
  warnings: string[];
}

export interface CallSummary {
  callId: string;
  occurredAt?: string;
  primaryBlocker?: Blocker;
  decisionMakers: string[];
  emailRecipient: string;
  factsAdded: number;
  cost?: Cost;
}

export interface CustomerSummary {
  customerId: string;
  version: string;
  facts: string;
  updatedAt?: string;
}

export interface SpendRow {
  key: string;
  modelCalls: string;
  unusedModelCalls: string;
  unpricedModelCalls: string;
  cost?: Cost;
  baselineCost?: Cost;
  usage?: Usage;
}

// Whether drafting first pays for one kind of work.
export interface CascadeEconomics {
  task: string;
  decisions: string;
  escalated: string;
  cost?: Cost;
  baselineCost?: Cost;
  dearer: boolean;
  medianCost?: Cost;
  p95Cost?: Cost;
}

export interface GetSpendResponse {
  rows: SpendRow[];
  total?: SpendRow;
  economics?: CascadeEconomics[];
}

export interface Model {
  name: string;
  provider: string;
  inputUsdPerMillion?: number;
  cachedInputUsdPerMillion?: number;
  outputUsdPerMillion?: number;
  threshold: number;
  breakerState: string;
  tasks: string[];
  callsInFlight?: number;
  callsQueued?: number;
}

export interface Job {
  id: string;
  customerId: string;
  callId: string;
  state: string;
  attempts: number;
  error: string;
  createdAt?: string;
  finishedAt?: string;
  step: string;
}

export interface ListCustomersResponse {
  customers: CustomerSummary[];
  nextPageToken: string;
}
export interface GetDealResponse {
  deal?: DealState;
}
export interface GetProfileResponse {
  profile?: CustomerProfile;
  rendered: string;
}
export interface GetCallResponse {
  result?: CallResult;
  transcript?: Transcript;
}
export interface ListCallsResponse {
  calls: CallSummary[];
  nextPageToken: string;
}
export interface ListFactsResponse {
  facts: Fact[];
  nextPageToken: string;
  version: string;
}
export interface ListDecisionsResponse {
  decisions: Decision[];
  nextPageToken: string;
}
export interface GetDecisionResponse {
  decision?: Decision;
}
export interface ListModelsResponse {
  models: Model[];
  policyVersion: string;
}
export interface ListJobsResponse {
  jobs: Job[];
  nextPageToken: string;
}

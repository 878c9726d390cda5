import type { Where } from "./market.ts";
import type { Deed } from "./trading.ts";

/** Courses that random deeds seldom take, each with its end and the events that prove that it was taken. */
export interface Story {
  name: string;
  deeds: Deed[];
  /** Name of the state that one of its trades must come to. */
  end: string;
  events: string[];
}

const WHERE = ["home", "away"] as const;

const of = (what: Deed["what"], trade: number, where: Where = "home", number = 0): Deed => ({
  what,
  trade,
  where,
  number,
});
const times = (count: number, deed: Deed) => Array.from({ length: count }, () => deed);
const hour = of("wait", 0);
const halfHour = of("wait", 0, "home", 1);
const days = of("wait", 0, "home", 2);

/** The deeds that bring one trade to its end when nothing comes between; a closing's opening before it. */
export function straight(trade: number): Deed[] {
  const one = (what: Deed["what"], where: Where = "home", number = 0) => of(what, trade, where, number);
  const opening = trade === CLOSING ? [one("create"), ...straight(OPENING), halfHour, one("advance")] : [one("create")];
  const deposits = [0, 1, 2].map((leg) => one("deposit", "home", leg));
  const reveals = WHERE.flatMap((where) => [0, 1].map((party) => one("reveal", where, party)));
  const end = [
    one("dispatch", "away"),
    ...times(3, one("deliver")),
    one("release", "away"),
    one("notifyReleased", "away"),
    ...times(3, one("deliver")),
  ];
  return [
    ...opening,
    one("pass"),
    one("advance"),
    ...deposits,
    ...reveals,
    one("notifyLocked", "away"),
    ...times(3, one("deliver")),
    ...end,
  ];
}

/** Positions of the trades of a market: on one chain, across two, three legs with fees, and the closing of the first. */
export const OPENING = 0;
const CROSS = 1;
const FEES = 2;
export const CLOSING = 3;

/** Up to where the coordinator has taken EXECUTE for the cross-chain trade and sent it. */
const decided = straight(CROSS).slice(0, straight(CROSS).findIndex(({ what }) => what === "dispatch") + 1);
/** Up to where both escrows have locked and the one beside the coordinator has reported. */
const locked = straight(CROSS).slice(0, straight(CROSS).findIndex(({ what }) => what === "notifyLocked") + 1);
const opened = straight(CROSS).slice(0, 3);
const seller = [CROSS, "away", 0] as const;

const ordinary: Story[] = [
  { name: "one chain, to the end", deeds: straight(OPENING), end: "FINALIZED", events: ["LegReleased", "FeePaid"] },
  {
    name: "two chains, to the end",
    deeds: straight(CROSS),
    end: "FINALIZED",
    events: ["VerdictDispatched", "VerdictReceived", "ReleaseReported"],
  },
  { name: "three legs with fees, to the end", deeds: straight(FEES), end: "FINALIZED", events: ["FeePaid"] },
  {
    name: "a fee recipient that is blocked, and claimed for again and again",
    deeds: [
      of("block", CROSS, "away", 2),
      ...straight(CROSS),
      ...times(3, of("claim", CROSS, "away", 1)),
      of("unblock", CROSS, "away", 2),
      of("claim", CROSS, "away", 1),
    ],
    end: "FINALIZED",
    events: ["FeeOwed", "FeePaid"],
  },
  {
    name: "a recipient that is blocked, then paid after all",
    deeds: [
      of("block", ...seller),
      ...straight(CROSS),
      of("claim", CROSS, "away", 1),
      of("unblock", ...seller),
      of("claim", CROSS, "away", 1),
    ],
    end: "FINALIZED",
    events: ["LegClaimable", "LegReleased"],
  },
  {
    name: "a counterparty that never pays",
    deeds: [
      ...straight(CROSS).slice(0, 4),
      hour,
      hour,
      of("timeout", CROSS),
      of("refund", CROSS),
      of("dispatch", CROSS),
      of("deliver", CROSS),
    ],
    end: "TIMED_OUT",
    events: ["LegRefunded", "VerdictDispatched"],
  },
  {
    name: "a verdict that comes to a locked escrow as rollback",
    deeds: [
      ...opened,
      of("deposit", CROSS, "home", 1),
      of("reveal", CROSS, "away", 0),
      hour,
      hour,
      of("advance", CROSS),
      of("dispatch", CROSS),
      ...times(4, of("deliver", CROSS)),
      of("refund", CROSS, "away"),
    ],
    end: "TIMED_OUT",
    events: ["LegsLocked", "VerdictReceived", "LegRefunded"],
  },
  {
    name: "a party that fails",
    deeds: [of("create", CROSS), of("advance", CROSS), of("fail", CROSS), of("advance", CROSS)],
    end: "ROLLED_BACK",
    events: ["Attested", "VerdictTaken"],
  },
  {
    name: "an operator who steps in",
    deeds: [of("create", CROSS), of("operate", CROSS, "home", 0), of("operate", CROSS, "home", 1)],
    end: "ROLLED_BACK",
    events: ["StateTransition", "VerdictTaken"],
  },
  {
    name: "a verdict without creation",
    deeds: [hour, hour, of("timeout", FEES), of("create", FEES)],
    end: "TIMED_OUT",
    events: ["VerdictTaken"],
  },
  {
    name: "the same verdict, sent again and delivered late",
    deeds: [...decided, of("dispatch", CROSS), ...times(4, of("deliver", CROSS)), of("release", CROSS, "away")],
    end: "EXECUTING_SWAP",
    events: ["VerdictDispatched", "LegReleased"],
  },
];

const byConsent: Story[] = [
  {
    name: "everybody cancels, and the deposit goes back",
    deeds: [
      ...straight(CROSS).slice(0, 4),
      of("cancel", CROSS, "away"),
      of("cancel", CROSS),
      of("cancel", CROSS),
      of("refund", CROSS),
    ],
    end: "ROLLED_BACK",
    events: ["StateTransition", "VerdictTaken", "LegRefunded"],
  },
  {
    name: "a recipient that waives before the verdict, which is EXECUTE",
    deeds: [
      ...locked,
      of("waive", CROSS, "home", 0),
      of("waive", CROSS, "home", 0),
      of("claim", CROSS, "home", 0),
      ...straight(CROSS).slice(locked.length),
    ],
    end: "FINALIZED",
    events: ["LegWaived", "LegReturned", "LegReleased"],
  },
  {
    name: "a recipient that waives before the verdict, which is ROLLBACK",
    deeds: [...locked, of("waiveBySig", CROSS, "home", 0), hour, hour, of("timeout", CROSS), of("refund", CROSS)],
    end: "TIMED_OUT",
    events: ["LegWaived", "LegReturned"],
  },
  {
    name: "a recipient that waives what it cannot be paid",
    deeds: [
      of("block", ...seller),
      ...straight(CROSS),
      of("waiveBySig", CROSS, "away", 1),
      of("claim", CROSS, "away", 1),
    ],
    end: "FINALIZED",
    events: ["LegClaimable", "LegWaived", "LegReturned"],
  },
  {
    name: "a waived leg whose depositor cannot be paid either, and names another wallet",
    deeds: [
      ...locked,
      of("block", CROSS, "home", 0),
      of("waive", CROSS, "home", 0),
      of("claim", CROSS, "home", 0),
      of("redirect", CROSS, "home", 0),
      of("claim", CROSS, "home", 0),
    ],
    end: "AWAITING_DEPOSITS",
    events: ["LegWaived", "LegClaimable", "LegRedirected", "LegReturned"],
  },
  {
    name: "a recipient that names another wallet, which waives in its place",
    deeds: [
      of("block", ...seller),
      ...straight(CROSS),
      of("redirect", CROSS, "home", 1),
      of("waive", CROSS, "home", 1),
      of("claim", CROSS, "away", 1),
    ],
    end: "FINALIZED",
    events: ["LegRedirected", "LegWaived", "LegReturned"],
  },
  {
    name: "a recipient that names another wallet and is paid there",
    deeds: [
      of("block", ...seller),
      ...straight(CROSS),
      of("redirect", CROSS, "home", 1),
      of("claim", CROSS, "away", 1),
    ],
    end: "FINALIZED",
    events: ["LegClaimable", "LegRedirected", "LegReleased", "FeePaid"],
  },
  {
    name: "a depositor that names another wallet for its refund",
    deeds: [
      ...straight(CROSS).slice(0, 4),
      of("block", CROSS, "home", 0),
      hour,
      of("refund", CROSS),
      of("redirect", CROSS, "home", 0),
      of("refund", CROSS),
    ],
    end: "AWAITING_DEPOSITS",
    events: ["LegClaimable", "LegRedirected", "LegRefunded"],
  },
];

const repos: Story[] = [
  {
    name: "a closing behind its opening, to the end",
    deeds: straight(CLOSING),
    end: "FINALIZED",
    events: ["LegReleased"],
  },
  {
    name: "a closing whose opening has ended, before and after maturity",
    deeds: [
      of("create", CLOSING),
      ...straight(OPENING),
      of("deposit", CLOSING, "home", 0),
      of("advance", CLOSING),
      halfHour,
      of("advance", CLOSING),
      of("deposit", CLOSING, "home", 0),
    ],
    end: "COMPLIANCE_CHECKING",
    events: ["StateTransition", "LegDeposited"],
  },
  {
    name: "a closing whose opening never came, cancelled",
    deeds: [of("create", CLOSING), halfHour, of("advance", CLOSING), of("cancel", CLOSING)],
    end: "ROLLED_BACK",
    events: ["VerdictTaken"],
  },
];

const lost: Story[] = [
  {
    name: "a report that the verifiers left out, given up after its delay, and heard the second time",
    deeds: [
      ...locked,
      of("lose", CROSS),
      of("notifyLocked", CROSS, "away"),
      of("deliver", CROSS),
      of("mark", CROSS),
      of("skip", CROSS),
      days,
      of("skip", CROSS),
      of("deliver", CROSS),
      of("timeout", CROSS),
    ],
    end: "TIMED_OUT",
    events: ["NonceMarked", "NonceSkipped", "LockReported"],
  },
];

export const stories: Story[] = [...ordinary, ...byConsent, ...repos, ...lost];

/* Why a packet got its verdict: one counter each; `Reason` in verdict.py is the same list. */
#pragma once

enum reason {
	/* passed to the balancer's own stack */
	NOT_FOR_US,
	NOT_IP,
	NOT_A_VIP,
	/* dropped */
	MALFORMED_IP,
	MALFORMED_L4,
	MARTIAN,
	TTL_EXPIRED,
	EXTENSIONS,
	FRAGMENT,
	OTHER_PROTOCOL,
	OTHER_PORT,
	OTHER_ICMP,
	ICMP_QUOTE,
	PING_OPTIONS,
	ANSWER_LIMIT,
	NO_BACKEND,
	NO_HEADROOM,
	NO_NEIGHBOUR,
	NO_PORT,
	/* answered to the sender */
	TOO_BIG,
	PING,
	/* sent on */
	HASHED,
	INSERTED,
	TRACKED,
	REHASHED,
	FLOODED,
	PREVIOUS,
	ICMP_ERROR,
	/* split, both halves encapsulated */
	FRAGMENTED,
	/* translated back to the client */
	RETURNED,
	REASONS,
};

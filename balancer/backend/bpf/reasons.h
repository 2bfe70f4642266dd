/* Why a packet got its verdict at a backend; `Reason` in strip.py is the same list. */
#pragma once

enum reason {
	/* passed on as it came */
	NOT_FOR_US,
	NOT_GRE,
	/* dropped */
	MALFORMED,
	STRANGER,
	GRE_OPTIONS,
	OTHER_PAYLOAD,
	NOT_A_VIP,
	CE_DROPPED,
	/* passed on without its outer headers */
	DECAPSULATED,
	REASONS,
};

/* Why a packet got its verdict at a backend; `Reason` in verdict.py is the same list. */
#pragma once

enum reason {
	/* passed on as it came */
	NOT_FOR_US,
	NOT_ENCAPSULATED,
	/* dropped */
	MALFORMED,
	STRANGER,
	GRE_OPTIONS,
	BAD_CHECKSUM,
	OTHER_PAYLOAD,
	NOT_A_VIP,
	CE_DROPPED,
	/* passed on without its outer headers */
	DECAPSULATED,
	/* sent on to another backend */
	HANDED_ON,
	REASONS,
};

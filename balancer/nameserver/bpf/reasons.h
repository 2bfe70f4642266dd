/* What became of a frame: one counter each; `Reason` in xdp/reasons.py is the same list. */
#pragma once

enum reason {
	/* passed on to the server */
	NOT_FOR_US,       /* to another MAC address */
	NOT_IP,
	NOT_PLAIN_UDP,    /* TCP, a fragment, options, or cut short */
	NOT_LISTENING,    /* another address or port */
	ODD_SOURCE,       /* an address or port that nobody can be answered at */
	ODD_HEADER,       /* a response, another opcode, other counts */
	ODD_NAME,         /* too long for the table, or cut short */
	ODD_EDNS,         /* another version, other options than a client subnet */
	NOT_HOT,          /* not in the table */
	SIGNED,           /* signatures are asked for, and there are some */
	NO_ROOM,          /* for the answer, around the frame */
	/* answered */
	ANSWERED,
	ANSWERED_SUBNET,
	REASONS,
};

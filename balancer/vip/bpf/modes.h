/* How packets reach their backend; `Forwarding` in model.py is the same list. */
#pragma once

enum forwarding {
	GRE,
	GRE6,
	IPIP,
	GUE,
	L2,
	NAT,
	GRE_KEY,
};

#define GUE_PORT 9886

/* The one place where a mode of forwarding becomes a function; forwarding/forward.py. */
#pragma once

#include "gre.h"
#include "gre6.h"
#include "gre_key.h"
#include "gue.h"
#include "ipip.h"
#include "layer2.h"

/* Make the frame what goes on to the backend; return 0, or the reason why it cannot. */
static __always_inline int forward(struct xdp_md *ctx, const struct packet *packet,
				   const struct backend *backend, __u8 mode)
{
	switch (mode) {
	case GRE:
		if (is_used(GRE))
			return encapsulate_gre(ctx, packet, backend);
		break;
	case GRE6:
		if (is_used(GRE6))
			return encapsulate_gre6(ctx, packet, backend);
		break;
	case IPIP:
		if (is_used(IPIP))
			return encapsulate_ipip(ctx, packet, backend);
		break;
	case GUE:
		if (is_used(GUE))
			return encapsulate_gue(ctx, packet, backend);
		break;
	case L2:
		if (is_used(L2))
			return readdress_frame(ctx, backend);
		break;
	case GRE_KEY:
		if (is_used(GRE_KEY))
			return encapsulate_gre_key(ctx, packet, backend);
		break;
	}
	return NO_BACKEND;
}

/* Sending: everything that leaves goes through here. */
#pragma once

#include "maps.h"
#include "options.h"

/* Out of the interface that it came in by. Not XDP_TX: a veth loses those frames
 * unless its peer runs an XDP program, a redirect asks only for NAPI there.
 */
static __always_inline int send(struct xdp_md *ctx)
{
	if (options.splits)
		return bpf_redirect_map(&split_ports, 0, 0);
	return bpf_redirect(ctx->ingress_ifindex, 0);
}

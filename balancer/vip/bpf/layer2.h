/* To the backend's hardware address, the packet untouched; forwarding/layer2.py. */
#pragma once

#include "encap.h"

static __always_inline int
readdress_frame(struct xdp_md *ctx, const struct backend *backend)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);

	if (!(backend->mac[0] | backend->mac[1] | backend->mac[2]))
		return NO_NEIGHBOUR;
	if (!ethernet)
		return NO_HEADROOM;
	write_macs(ethernet, backend->mac);
	return 0;
}

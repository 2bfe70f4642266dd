/* IPv4 alone (RFC 2003), or 6in4 (RFC 4213 section 3), the inner packet untouched. */
#pragma once

#include "encap.h"

static __always_inline int encapsulate_ipip(struct xdp_md *ctx, const struct packet *packet,
					    const struct backend *backend)
{
	struct ipv4_fields fields = {
		.tos = packet->tos,
		.protocol = packet->flow.version == 4 ? IPPROTO_IPIP : IPPROTO_IPV6,
		.length = packet->length + sizeof(struct iphdr),
		.source = options.source,
		.destination = backend->address,
	};
	__be32 *outer = grow(ctx, sizeof(struct iphdr), bpf_htons(ETH_P_IP));

	if (!outer)
		return NO_HEADROOM;
	write_ipv4(outer, &fields);
	return 0;
}

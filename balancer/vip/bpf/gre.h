/* GRE without options over IPv4 (RFC 2784), the inner packet untouched. */
#pragma once

#include "encap.h"

struct gre_header {
	__be16 flags;
	__be16 protocol;
};

struct gre_outer {
	struct iphdr ip;
	struct gre_header gre;
};

static __always_inline int encapsulate_gre(struct xdp_md *ctx, const struct packet *packet,
					   const struct backend *backend)
{
	struct ipv4_fields fields = {
		.tos = packet->tos,
		.protocol = IPPROTO_GRE,
		.length = packet->length + sizeof(struct gre_outer),
		.source = options.source,
		.destination = backend->address,
	};
	struct gre_outer *outer = grow(ctx, sizeof(*outer), bpf_htons(ETH_P_IP));

	if (!outer)
		return NO_HEADROOM;
	write_ipv4((__be32 *)&outer->ip, &fields);
	outer->gre.flags = 0;
	outer->gre.protocol = ethertype_of(packet);
	return 0;
}

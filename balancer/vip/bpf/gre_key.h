/* GRE with a key (RFC 2890), which is the address of the backend that may have a flow when
 * this one has not; without a key where nobody else can have it.
 */
#pragma once

#include "gre.h"

#define GRE_HAS_KEY 0x2000

struct gre_key_outer {
	struct gre_outer gre;
	__be32 key;
};

static __always_inline int encapsulate_gre_key(struct xdp_md *ctx, const struct packet *packet,
					       const struct backend *backend)
{
	struct ipv4_fields fields = {
		.tos = packet->tos,
		.protocol = IPPROTO_GRE,
		.length = packet->length + sizeof(struct gre_key_outer),
		.source = options.source,
		.destination = backend->address,
	};
	struct gre_key_outer *outer;

	if (!packet->second)
		return encapsulate_gre(ctx, packet, backend);
	outer = grow(ctx, sizeof(*outer), bpf_htons(ETH_P_IP));
	if (!outer)
		return NO_HEADROOM;
	write_ipv4((__be32 *)&outer->gre.ip, &fields);
	outer->gre.gre.flags = bpf_htons(GRE_HAS_KEY);
	outer->gre.gre.protocol = ethertype_of(packet);
	outer->key = packet->second;
	return 0;
}

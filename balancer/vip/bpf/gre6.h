/* GRE without options over IPv6 (RFC 7676), the inner packet untouched. */
#pragma once

#include "encap.h"
#include "gre.h"
#include "hash.h"

#define LABEL_SHIFT 12  /* of the hash: leaves the 20 bits of a flow label */

struct gre6_outer {
	__be32 first;   /* version, traffic class, flow label */
	__be32 second;  /* payload length, next header, hop limit */
	__be32 source[4];
	__be32 destination[4];
	struct gre_header gre;
};

static __always_inline int encapsulate_gre6(struct xdp_md *ctx, const struct packet *packet,
					    const struct backend *backend)
{
	/* RFC 6438: by flow; RFC 6437 section 2: 0 would say that there is none. */
	__u32 label = hash_flow(&packet->flow) >> LABEL_SHIFT | 1;
	__u32 payload = packet->length + sizeof(struct gre_header);
	struct gre6_outer *outer = grow(ctx, sizeof(*outer), bpf_htons(ETH_P_IPV6));

	if (!outer)
		return NO_HEADROOM;
	outer->first = bpf_htonl(6 << 28 | packet->tos << 20 | label);
	outer->second = bpf_htonl(payload << 16 | IPPROTO_GRE << 8 | OUTER_TTL);
#pragma unroll
	for (int i = 0; i < 4; i++) {
		outer->source[i] = options.source6[i];
		outer->destination[i] = backend->address6[i];
	}
	outer->gre.flags = 0;
	outer->gre.protocol = ethertype_of(packet);
	return 0;
}

/* Generic UDP Encapsulation, variant 1 (draft-ietf-intarea-gue): the packet follows the
 * UDP header at once. No checksum, which UDP over IPv4 need not have (RFC 768).
 */
#pragma once

#include "encap.h"
#include "hash.h"

#define FIRST_SOURCE_PORT 0xc000
#define PORT_SHIFT 18  /* of the hash: leaves as many bits as there are such ports */

struct gue_outer {
	struct iphdr ip;
	__be32 ports;
	__be32 length;  /* and a checksum of 0 */
};

static __always_inline int encapsulate_gue(struct xdp_md *ctx, const struct packet *packet,
					   const struct backend *backend)
{
	__u32 source_port = FIRST_SOURCE_PORT | hash_flow(&packet->flow) >> PORT_SHIFT;
	struct ipv4_fields fields = {
		.tos = packet->tos,
		.protocol = IPPROTO_UDP,
		.length = packet->length + sizeof(struct gue_outer),
		.source = options.source,
		.destination = backend->address,
	};
	struct gue_outer *outer = grow(ctx, sizeof(*outer), bpf_htons(ETH_P_IP));

	if (!outer)
		return NO_HEADROOM;
	write_ipv4((__be32 *)&outer->ip, &fields);
	outer->ports = bpf_htonl(source_port << 16 | GUE_PORT);
	outer->length = bpf_htonl((fields.length - sizeof(outer->ip)) << 16);
	return 0;
}

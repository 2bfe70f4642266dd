/* Encapsulating: GRE without options over IPv4 (RFC 2784), the inner packet untouched. */
#pragma once

#include "checksum.h"
#include "options.h"
#include "parse.h"

struct gre_header {
	__be16 flags;
	__be16 protocol;
};

#define OVERHEAD (sizeof(struct iphdr) + sizeof(struct gre_header))
#define OUTER_TTL 64

static __always_inline void write_ethernet(struct ethhdr *ethernet, __be16 protocol)
{
	__u16 *destination = (__u16 *)ethernet->h_dest;
	__u16 *source = (__u16 *)ethernet->h_source;

#pragma unroll
	for (int i = 0; i < 3; i++) {
		destination[i] = options.gateway_mac[i];
		source[i] = options.mac[i];
	}
	ethernet->h_proto = protocol;
}

struct ipv4_fields {
	__u8 tos;
	__u8 protocol;
	__u32 length;
	__be32 source;
	__be32 destination;
};

/* Write a header of five words, and its checksum from what is at hand: reading it back
 * in halves would wait for the words to be written.
 */
static __always_inline void write_ipv4(__be32 *word, const struct ipv4_fields *fields)
{
	__u64 sum;

	word[0] = bpf_htonl(0x45000000 | fields->tos << 16 | fields->length);
	word[1] = bpf_htonl(DONT_FRAGMENT);
	word[2] = bpf_htonl(OUTER_TTL << 24 | fields->protocol << 16);
	word[3] = fields->source;
	word[4] = fields->destination;
	sum = (__u64)word[0] + word[1] + word[2] + word[3] + word[4];
	((__sum16 *)word)[5] = fold(sum);
}

/* Return 0, or -1 when there is no room in front of the frame. */
static __always_inline int
encapsulate(struct xdp_md *ctx, const struct packet *packet, __be32 destination)
{
	struct ipv4_fields outer = {
		.tos = packet->tos,
		.protocol = IPPROTO_GRE,
		.length = packet->length + OVERHEAD,
		.source = options.source,
		.destination = destination,
	};
	struct cursor cursor;
	struct ethhdr *ethernet;
	struct iphdr *ip;
	struct gre_header *gre;

	if (bpf_xdp_adjust_head(ctx, 0 - (int)OVERHEAD))
		return -1;
	cursor = cursor_of(ctx);
	ethernet = cursor.at;
	ip = (void *)(ethernet + 1);
	gre = (void *)(ip + 1);
	if ((void *)(gre + 1) > cursor.end)
		return -1;
	write_ethernet(ethernet, bpf_htons(ETH_P_IP));
	write_ipv4((__be32 *)ip, &outer);
	gre->flags = 0;
	gre->protocol = packet->flow.version == 4 ? bpf_htons(ETH_P_IP)
						  : bpf_htons(ETH_P_IPV6);
	return 0;
}

/* Outer headers, as far as the modes of forwarding share them. */
#pragma once

#include "checksum.h"
#include "options.h"
#include "parse.h"

#define OUTER_TTL 64

/* Write the addresses of a frame from us. */
static __always_inline void
write_macs(struct ethhdr *ethernet, const volatile __u16 *destination)
{
	__u16 *to = (__u16 *)ethernet->h_dest;
	__u16 *from = (__u16 *)ethernet->h_source;

#pragma unroll
	for (int i = 0; i < 3; i++) {
		to[i] = destination[i];
		from[i] = options.mac[i];
	}
}

static __always_inline void write_ethernet(struct ethhdr *ethernet, __be16 protocol)
{
	write_macs(ethernet, options.gateway_mac);
	ethernet->h_proto = protocol;
}

struct ipv4_fields {
	__u8 tos;
	__u8 protocol;
	__u32 length;
	__be32 source;
	__be32 destination;
};

/* The EtherType of the inner packet, which GRE says too. */
static __always_inline __be16 ethertype_of(const struct packet *packet)
{
	return packet->flow.version == 4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
}

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

/* Make room for `size` octets of headers behind the Ethernet header, which is written
 * anew for what goes by way of the gateway; return where they go, or NULL.
 */
static __always_inline void *grow(struct xdp_md *ctx, int size, __be16 protocol)
{
	struct cursor cursor;
	struct ethhdr *ethernet;

	if (bpf_xdp_adjust_head(ctx, 0 - size))
		return NULL;
	cursor = cursor_of(ctx);
	ethernet = cursor.at;
	if (cursor.at + sizeof(*ethernet) + size > cursor.end)
		return NULL;
	write_ethernet(ethernet, protocol);
	return ethernet + 1;
}

/* The packet that an ICMP error quotes, and the flow towards us that it answers. */
#pragma once

#include "extensions.h"

struct icmp_header {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be32 rest;
};

static __always_inline bool is_balanced(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

/* Return the header and step over it, or NULL when it is cut short. */
static __always_inline struct icmp_header *
parse_icmp(struct cursor *cursor, struct packet *packet)
{
	struct icmp_header *icmp = cursor->at;

	if (packet->l4_length < sizeof(*icmp) || (void *)(icmp + 1) > cursor->end)
		return NULL;
	packet->l4_length -= sizeof(*icmp);
	packet->icmp = icmp;
	cursor->at = icmp + 1;
	return icmp;
}

static __always_inline bool is_ping(const struct icmp_header *icmp, __u8 version)
{
	return icmp->type == (version == 4 ? 8 : 128) && !icmp->code;
}

/* Destination unreachable, time exceeded, parameter problem, and in IPv6 too big. */
static __always_inline bool is_error(const struct icmp_header *icmp, __u8 version)
{
	if (version == 4)
		return icmp->type == 3 || icmp->type == 11 || icmp->type == 12;
	return icmp->type >= 1 && icmp->type <= 4;
}

/* Parse the quote at the cursor; return 0, or -1 when no ports can be told. A later
 * fragment has none: its flow is that of the fragments.
 */
static __always_inline int parse_quote(struct xdp_md *ctx, struct cursor *cursor,
				       struct packet *quote, __u8 version, __u32 room)
{
	if (version == 4) {
		if (parse_ipv4(cursor, quote, room, true))
			return -1;
	} else {
		if (parse_ipv6(cursor, quote, room, true) ||
		    skip_extensions(ctx, cursor, quote))
			return -1;
	}
	if (!is_balanced(quote->flow.protocol))
		return -1;
	if (quote->fragment & FRAGMENT_OFFSET)
		return 0;
	if (quote->l4_length < 8 || cursor->at + 8 > cursor->end)
		return -1;
	quote->flow.ports = *(__u32 *)cursor->at;
	return 0;
}

/* Make the error's flow that of its quote, turned round; return 0, or -1 when it quotes
 * nothing that this VIP's address has sent.
 */
static __always_inline int
take_quoted_flow(struct xdp_md *ctx, struct cursor *cursor, struct packet *packet)
{
	struct packet quote = {};

	if (parse_quote(ctx, cursor, &quote, packet->flow.version, packet->l4_length))
		return -1;
	for (int i = 0; i < 4; i++)
		if (quote.flow.source[i] != packet->flow.destination[i])
			return -1;
	__builtin_memcpy(packet->flow.source, quote.flow.destination, 16);
	packet->l4_length = quote.l4_length;
	packet->flow.protocol = quote.flow.protocol;
	packet->flow.ports = quote.flow.ports >> 16 | quote.flow.ports << 16;
	packet->error = true;
	return 0;
}

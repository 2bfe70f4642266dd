/* Parsing frames: down to a DNS message in a plain UDP datagram, with checked bounds. */
#pragma once

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>

#include "message.h"
#include "options.h"
#include "sum.h"

#define FRAGMENT_MASK 0x3fff  /* more-fragments flag and offset */

/* Return `length`, which is from 1 to `most`, a power of two. The compiler knows that,
 * and older verifiers only see a mask that comes right before its use.
 */
static __always_inline __u32 bounded(__u32 length, __u32 most)
{
	barrier_var(length);
	return ((length - 1) & (most - 1)) + 1;
}

struct cursor {
	void *at;
	void *end;
};

static __always_inline struct cursor cursor_of(const struct xdp_md *ctx)
{
	struct cursor cursor = {
		.at = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
	return cursor;
}

/* Return the header and step over it, or NULL when the frame is too short. */
static __always_inline struct ethhdr *parse_ethernet(struct cursor *cursor)
{
	struct ethhdr *ethernet = cursor->at;

	if ((void *)(ethernet + 1) > cursor->end)
		return NULL;
	cursor->at = ethernet + 1;
	return ethernet;
}

/* Return the octets behind a header without options, or -1: it is not plain. */
static __always_inline int parse_ipv4(struct cursor *cursor, struct query *query)
{
	struct iphdr *ip = cursor->at;
	int length;

	if ((void *)(ip + 1) > cursor->end)
		return -1;
	length = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || ip->ihl != 5 || ip->protocol != IPPROTO_UDP ||
	    ip->frag_off & bpf_htons(FRAGMENT_MASK) || length > cursor->end - cursor->at ||
	    fold(sum_words(ip, sizeof(*ip))))
		return -1;
	query->source.version = query->destination.version = 4;
	query->source.address[0] = ip->saddr;
	query->destination.address[0] = ip->daddr;
	query->message = ETH_HLEN + sizeof(*ip) + sizeof(struct udphdr);
	cursor->at = ip + 1;
	return length - (int)sizeof(*ip);
}

/* Return the octets behind the header, or -1: it is not plain. */
static __always_inline int parse_ipv6(struct cursor *cursor, struct query *query)
{
	struct ipv6hdr *ip = cursor->at;
	int length;

	if ((void *)(ip + 1) > cursor->end)
		return -1;
	length = bpf_ntohs(ip->payload_len);
	if (ip->version != 6 || ip->nexthdr != IPPROTO_UDP ||
	    length > cursor->end - (void *)(ip + 1))
		return -1;
	query->source.version = query->destination.version = 6;
	__builtin_memcpy(query->source.address, &ip->saddr, 16);
	__builtin_memcpy(query->destination.address, &ip->daddr, 16);
	query->message = ETH_HLEN + sizeof(*ip) + sizeof(struct udphdr);
	cursor->at = ip + 1;
	return length;
}

/* Return the header of a datagram that takes all `room` octets, and step over it. */
static __always_inline struct udphdr *
parse_udp(struct cursor *cursor, struct query *query, int room)
{
	struct udphdr *udp = cursor->at;

	if ((void *)(udp + 1) > cursor->end || room < (int)sizeof(*udp) ||
	    bpf_ntohs(udp->len) != room)
		return NULL;
	/* RFC 8200 8.1: over IPv6 there is no datagram without a checksum. */
	if (query->source.version == 6 && !udp->check)
		return NULL;
	query->length = room - sizeof(*udp);
	cursor->at = udp + 1;
	return udp;
}

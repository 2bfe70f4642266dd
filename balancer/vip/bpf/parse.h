/* Parsing: the only place that looks at received bytes; each parser checks its bounds. */
#pragma once

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>

#include "maps.h"

#define DONT_FRAGMENT 0x4000
#define MORE_FRAGMENTS 0x2000
#define FRAGMENT_OFFSET 0x1fff  /* in units of 8 octets */

struct cursor {
	void *at;
	void *end;
};

struct packet {
	struct flow_key flow;
	__u32 length;     /* of the IP packet; the frame may be padded beyond it */
	__u32 l4_length;  /* of what follows at the cursor */
	__u16 fragment;   /* flag and offset as in IPv4 */
	__u8 tos;         /* traffic class, in IPv6 */
	__u8 ttl;
	bool dont_fragment;
	bool from_itself; /* as no host sends one */
	bool options;     /* in IPv6, extension headers */
	bool syn;
	bool error;       /* an ICMP error; then `flow` is that of its quote */
	void *icmp;       /* its header, or NULL */
	__be32 second;    /* backend that may have the flow otherwise, or 0 */
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

/* Return 0, or -1 when the header does not hold together in `room` octets, or the
 * packet does not unless it is `quoted`: an ICMP error seldom has all of it.
 */
static __always_inline int
parse_ipv4(struct cursor *cursor, struct packet *packet, __u32 room, bool quoted)
{
	struct iphdr *ip = cursor->at;
	__u32 header_length;

	if ((void *)(ip + 1) > cursor->end || room < sizeof(*ip))
		return -1;
	header_length = ip->ihl * 4;
	packet->length = quoted ? room : bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || header_length < sizeof(*ip) ||
	    packet->length < header_length || packet->length > room)
		return -1;
	packet->flow.version = 4;
	packet->flow.source[0] = ip->saddr;
	packet->flow.destination[0] = ip->daddr;
	packet->from_itself = ip->saddr == ip->daddr;
	packet->flow.protocol = ip->protocol;
	packet->tos = ip->tos;
	packet->ttl = ip->ttl;
	packet->fragment = bpf_ntohs(ip->frag_off) & (MORE_FRAGMENTS | FRAGMENT_OFFSET);
	packet->dont_fragment = ip->frag_off & bpf_htons(DONT_FRAGMENT);
	packet->options = header_length > sizeof(*ip);
	packet->l4_length = packet->length - header_length;
	cursor->at += header_length;
	return 0;
}

static __always_inline bool
is_same_address6(const struct in6_addr *one, const struct in6_addr *other)
{
	const __u32 *a = one->s6_addr32, *b = other->s6_addr32;

	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]));
}

/* Return 0, or -1; see `parse_ipv4`. Extension headers are not looked at. */
static __always_inline int
parse_ipv6(struct cursor *cursor, struct packet *packet, __u32 room, bool quoted)
{
	struct ipv6hdr *ip = cursor->at;

	if ((void *)(ip + 1) > cursor->end || room < sizeof(*ip))
		return -1;
	packet->length = quoted ? room : bpf_ntohs(ip->payload_len) + sizeof(*ip);
	if (ip->version != 6 || packet->length > room)
		return -1;
	packet->flow.version = 6;
	__builtin_memcpy(packet->flow.source, &ip->saddr, 16);
	__builtin_memcpy(packet->flow.destination, &ip->daddr, 16);
	packet->from_itself = is_same_address6(&ip->saddr, &ip->daddr);
	packet->flow.protocol = ip->nexthdr;
	packet->dont_fragment = true;
	packet->tos = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	packet->ttl = ip->hop_limit;
	packet->l4_length = packet->length - sizeof(*ip);
	cursor->at = ip + 1;
	return 0;
}

/* Whether the source is no single host's, or not one that packets are routed from:
 * RFC 1812 5.3.7, RFC 4291 2.5 and 2.7, RFC 6890 2.2.3; hosts.py does the same. Nor does
 * a host send to a VIP from the VIP: whoever answered that, answered itself.
 */
static __always_inline bool is_martian(const struct packet *packet)
{
	const __u32 *source = packet->flow.source;
	__u8 first = source[0] & 0xff;

	if (packet->from_itself)
		return true;
	if (packet->flow.version == 4)
		return first == 0 || first == 127 || first >= 224;
	if (!(source[0] | source[1]) &&
	    (!source[2] || source[2] == bpf_htonl(0x0000ffff)))
		return true;
	return first == 0xff ||
	       (source[0] & bpf_htonl(0xffc00000)) == bpf_htonl(0xfe800000);
}

/* Return 0, or -1 when the TCP or UDP header is cut short. */
static __always_inline int parse_l4(struct cursor *cursor, struct packet *packet)
{
	bool is_tcp = packet->flow.protocol == IPPROTO_TCP;
	__u32 wanted = is_tcp ? sizeof(struct tcphdr) : sizeof(struct udphdr);

	if (packet->l4_length < wanted ||
	    cursor->at + sizeof(struct udphdr) > cursor->end)
		return -1;
	packet->flow.ports = *(__u32 *)cursor->at;
	if (is_tcp) {
		struct tcphdr *tcp = cursor->at;

		if ((void *)(tcp + 1) > cursor->end)
			return -1;
		packet->syn = tcp->syn;
	}
	return 0;
}

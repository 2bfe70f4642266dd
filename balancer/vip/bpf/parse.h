/* Parsing: the only place that looks at received bytes; each parser checks its bounds. */
#pragma once

#include <stdbool.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>

#include "maps.h"

#define FRAGMENT_MASK 0x3fff  /* more-fragments flag and offset */

struct cursor {
	void *at;
	void *end;
};

struct packet {
	struct flow_key flow;
	__u32 length;     /* of the IP packet; the frame may be padded beyond it */
	__u32 l4_length;
	__u8 tos;         /* traffic class, in IPv6 */
	bool fragment;
	bool options;
	bool syn;
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

/* Return 0, or -1 when header or lengths do not hold together. */
static __always_inline int parse_ipv4(struct cursor *cursor, struct packet *packet)
{
	struct iphdr *ip = cursor->at;
	__u32 header_length;

	if ((void *)(ip + 1) > cursor->end)
		return -1;
	header_length = ip->ihl * 4;
	packet->length = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || header_length < sizeof(*ip) ||
	    packet->length < header_length ||
	    packet->length > cursor->end - cursor->at)
		return -1;
	packet->flow.version = 4;
	packet->flow.source[0] = ip->saddr;
	packet->flow.destination[0] = ip->daddr;
	packet->flow.protocol = ip->protocol;
	packet->tos = ip->tos;
	packet->fragment = ip->frag_off & bpf_htons(FRAGMENT_MASK);
	packet->options = header_length > sizeof(*ip);
	packet->l4_length = packet->length - header_length;
	cursor->at = ip + 1;
	return 0;
}

/* Return 0, or -1 when header or lengths do not hold together. */
static __always_inline int parse_ipv6(struct cursor *cursor, struct packet *packet)
{
	struct ipv6hdr *ip = cursor->at;

	if ((void *)(ip + 1) > cursor->end)
		return -1;
	packet->l4_length = bpf_ntohs(ip->payload_len);
	packet->length = packet->l4_length + sizeof(*ip);
	if (ip->version != 6 || packet->length > cursor->end - cursor->at)
		return -1;
	packet->flow.version = 6;
	__builtin_memcpy(packet->flow.source, &ip->saddr, 16);
	__builtin_memcpy(packet->flow.destination, &ip->daddr, 16);
	packet->flow.protocol = ip->nexthdr;
	packet->tos = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	cursor->at = ip + 1;
	return 0;
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

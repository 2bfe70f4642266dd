/* A TCP segment, and whether this machine has its connection; hand_on.py. */
#pragma once

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "outer.h"

#define LISTENING 10      /* TCP_LISTEN of the kernel's states */
#define HEADER_MASK 0x3c  /* IPv4 headers are whole words, and at most 60 octets */

struct segment {
	void *ip;
	__u32 ip_size;
	struct tcphdr *tcp;
	struct bpf_sock_tuple ends;
	__u32 ends_size;
};

static __always_inline bool read_tcp(void *at, void *end, __u32 room, struct segment *segment)
{
	struct tcphdr *tcp = at;

	if (room < sizeof(*tcp) || (void *)(tcp + 1) > end || tcp->syn)
		return false;
	segment->tcp = tcp;
	return true;
}

static __always_inline bool read_segment4(void *at, void *end, struct segment *segment)
{
	struct iphdr *ip = at;
	__u32 length, header_length;

	if ((void *)(ip + 1) > end || ip->version != 4)
		return false;
	length = bpf_ntohs(ip->tot_len);
	header_length = ip->ihl * 4;
	if (header_length < sizeof(*ip) || length < header_length || length > end - at)
		return false;
	if (ip->protocol != IPPROTO_TCP || ip->frag_off & bpf_htons(FRAGMENT_MASK))
		return false;
	header_length &= HEADER_MASK;
	if (!read_tcp(at + header_length, end, length - header_length, segment))
		return false;
	segment->ip_size = sizeof(*ip);
	segment->ends.ipv4.saddr = ip->saddr;
	segment->ends.ipv4.daddr = ip->daddr;
	segment->ends.ipv4.sport = segment->tcp->source;
	segment->ends.ipv4.dport = segment->tcp->dest;
	segment->ends_size = sizeof(segment->ends.ipv4);
	return true;
}

static __always_inline bool read_segment6(void *at, void *end, struct segment *segment)
{
	struct ipv6hdr *ip = at;
	__u32 length;

	if ((void *)(ip + 1) > end || ip->version != 6)
		return false;
	length = bpf_ntohs(ip->payload_len);
	if (length > end - (void *)(ip + 1) || ip->nexthdr != IPPROTO_TCP)
		return false;
	if (!read_tcp(ip + 1, end, length, segment))
		return false;
	segment->ip_size = sizeof(*ip);
	__builtin_memcpy(segment->ends.ipv6.saddr, &ip->saddr, sizeof(ip->saddr));
	__builtin_memcpy(segment->ends.ipv6.daddr, &ip->daddr, sizeof(ip->daddr));
	segment->ends.ipv6.sport = segment->tcp->source;
	segment->ends.ipv6.dport = segment->tcp->dest;
	segment->ends_size = sizeof(segment->ends.ipv6);
	return true;
}

/* Whether it is a whole segment right behind the IP header, and no SYN: only that needs a
 * connection.
 */
static __always_inline bool
read_segment(void *at, void *end, __be16 protocol, struct segment *segment)
{
	segment->ip = at;
	if (protocol == bpf_htons(ETH_P_IP))
		return read_segment4(at, end, segment);
	return read_segment6(at, end, segment);
}

/* Whether a listening socket has told the sender a cookie in place of remembering it. */
static __always_inline bool is_cookie(struct bpf_sock *listening, struct segment *segment)
{
	return !bpf_tcp_check_syncookie(listening, segment->ip, segment->ip_size,
					segment->tcp, sizeof(*segment->tcp));
}

/* The kernel's sockets know, those too that only begin to be, or wait for their end. */
static __always_inline bool has_connection(struct xdp_md *ctx, struct segment *segment)
{
	struct bpf_sock *found = bpf_skc_lookup_tcp(ctx, &segment->ends, segment->ends_size,
						    BPF_F_CURRENT_NETNS, 0);
	bool has;

	if (!found)
		return false;
	has = found->state != LISTENING || is_cookie(found, segment);
	bpf_sk_release(found);
	return has;
}

/* Whether a packet belongs to a connection, and this machine has not got that. */
static __always_inline bool
is_elsewhere(struct xdp_md *ctx, void *at, void *end, __be16 protocol)
{
	struct segment segment = {};

	return read_segment(at, end, protocol, &segment) && !has_connection(ctx, &segment);
}

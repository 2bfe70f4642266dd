/* What belongs to a connection, and whether this machine has that; hand_on.py. */
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
#define QUOTED 8          /* octets that an error quotes behind the IP header at least */

struct icmp_header {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be32 rest;
};

struct ports {
	__be16 source;
	__be16 destination;
};

/* A TCP segment, or an ICMP error that quotes one of ours; that is turned round. */
struct segment {
	void *ip;
	struct tcphdr *tcp;  /* NULL of an error */
	struct bpf_sock_tuple ends;
};

/* No SYN: with that a connection begins. */
static __always_inline bool read_tcp(void *at, void *end, __u32 room, struct segment *segment)
{
	struct tcphdr *tcp = at;

	if (room < sizeof(*tcp) || (void *)(tcp + 1) > end || tcp->syn)
		return false;
	segment->tcp = tcp;
	return true;
}

/* Whether it is of IPv4 with TCP or an ICMP error in it, and no fragment; quotes are
 * seldom whole.
 */
static __always_inline bool is_plain4(const struct iphdr *ip, __u8 protocol)
{
	return ip->version == 4 && ip->ihl * 4 >= sizeof(*ip) && ip->protocol == protocol &&
	       !(ip->frag_off & bpf_htons(FRAGMENT_MASK));
}

static __always_inline bool
read_error4(void *at, void *end, __u32 room, struct segment *segment)
{
	struct icmp_header *icmp = at;
	struct iphdr *ip = (void *)(icmp + 1);
	struct ports *ports;
	__u32 header_length;

	if ((void *)(ip + 1) > end || room < sizeof(*icmp) + sizeof(*ip))
		return false;
	if (icmp->type != 3 && icmp->type != 11 && icmp->type != 12)
		return false;
	header_length = ip->ihl * 4 & HEADER_MASK;
	if (!is_plain4(ip, IPPROTO_TCP) || room < sizeof(*icmp) + header_length + QUOTED)
		return false;
	ports = (void *)ip + header_length;
	if ((void *)(ports + 1) > end)
		return false;
	segment->ends.ipv4.saddr = ip->daddr;
	segment->ends.ipv4.daddr = ip->saddr;
	segment->ends.ipv4.sport = ports->destination;
	segment->ends.ipv4.dport = ports->source;
	return true;
}

static __always_inline bool read_segment4(void *at, void *end, struct segment *segment)
{
	struct iphdr *ip = at;
	__u32 length, header_length;

	if ((void *)(ip + 1) > end)
		return false;
	length = bpf_ntohs(ip->tot_len);
	header_length = ip->ihl * 4 & HEADER_MASK;
	if (length < header_length || length > end - at)
		return false;
	segment->ip = ip;
	if (is_plain4(ip, IPPROTO_ICMP))
		return read_error4(at + header_length, end, length - header_length, segment);
	if (!is_plain4(ip, IPPROTO_TCP) ||
	    !read_tcp(at + header_length, end, length - header_length, segment))
		return false;
	segment->ends.ipv4.saddr = ip->saddr;
	segment->ends.ipv4.daddr = ip->daddr;
	segment->ends.ipv4.sport = segment->tcp->source;
	segment->ends.ipv4.dport = segment->tcp->dest;
	return true;
}

static __always_inline void
put_ends6(struct segment *segment, const struct in6_addr *source,
	  const struct in6_addr *destination, struct ports ports)
{
	__builtin_memcpy(segment->ends.ipv6.saddr, source, sizeof(*source));
	__builtin_memcpy(segment->ends.ipv6.daddr, destination, sizeof(*destination));
	segment->ends.ipv6.sport = ports.source;
	segment->ends.ipv6.dport = ports.destination;
}

static __always_inline bool
read_error6(void *at, void *end, __u32 room, struct segment *segment)
{
	struct icmp_header *icmp = at;
	struct ipv6hdr *ip = (void *)(icmp + 1);
	struct ports *ports = (void *)(ip + 1), turned;

	if ((void *)(ports + 1) > end || room < sizeof(*icmp) + sizeof(*ip) + QUOTED)
		return false;
	if (icmp->type < 1 || icmp->type > 4)
		return false;
	if (ip->version != 6 || ip->nexthdr != IPPROTO_TCP)
		return false;
	turned.source = ports->destination;
	turned.destination = ports->source;
	put_ends6(segment, &ip->daddr, &ip->saddr, turned);
	return true;
}

static __always_inline bool read_segment6(void *at, void *end, struct segment *segment)
{
	struct ipv6hdr *ip = at;
	struct ports ports;
	__u32 length;

	if ((void *)(ip + 1) > end || ip->version != 6)
		return false;
	length = bpf_ntohs(ip->payload_len);
	if (length > end - (void *)(ip + 1))
		return false;
	segment->ip = ip;
	if (ip->nexthdr == IPPROTO_ICMPV6)
		return read_error6(ip + 1, end, length, segment);
	if (ip->nexthdr != IPPROTO_TCP || !read_tcp(ip + 1, end, length, segment))
		return false;
	ports.source = segment->tcp->source;
	ports.destination = segment->tcp->dest;
	put_ends6(segment, &ip->saddr, &ip->daddr, ports);
	return true;
}

/* Whether a listening socket has told the sender a cookie in place of remembering it. */
static __always_inline bool
is_cookie(struct bpf_sock *listening, const struct segment *segment, __u32 ip_size)
{
	return segment->tcp &&
	       !bpf_tcp_check_syncookie(listening, segment->ip, ip_size, segment->tcp,
					sizeof(*segment->tcp));
}

/* The kernel's sockets know, those too that only begin to be, or wait for their end. The
 * sizes are constants to the verifier.
 */
static __always_inline bool has_connection(struct xdp_md *ctx, struct segment *segment,
					   __u32 ip_size, __u32 ends_size)
{
	struct bpf_sock *found =
		bpf_skc_lookup_tcp(ctx, &segment->ends, ends_size, BPF_F_CURRENT_NETNS, 0);
	bool has;

	if (!found)
		return false;
	has = found->state != LISTENING || is_cookie(found, segment, ip_size);
	bpf_sk_release(found);
	return has;
}

/* Whether a packet belongs to a connection, by what stands right behind its IP header,
 * and this machine has not got that.
 */
static __always_inline bool
is_elsewhere(struct xdp_md *ctx, void *at, void *end, __be16 protocol)
{
	struct segment segment = {};

	if (protocol == bpf_htons(ETH_P_IP))
		return read_segment4(at, end, &segment) &&
		       !has_connection(ctx, &segment, sizeof(struct iphdr),
				       sizeof(segment.ends.ipv4));
	return read_segment6(at, end, &segment) &&
	       !has_connection(ctx, &segment, sizeof(struct ipv6hdr),
			       sizeof(segment.ends.ipv6));
}

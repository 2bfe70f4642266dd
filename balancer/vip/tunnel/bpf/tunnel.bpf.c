/* Sends marked packets that leave by an interface to the backend of the mark, in a tunnel
 * or to its hardware address, as the balancer itself sends a client's.
 *
 * They are the balancer's own connections to a VIP, whose mark says which backend is
 * meant, and how it is reached. The answer comes straight back, as a client's does, and
 * the kernel's TCP takes it.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "../../bpf/checksum.h"
#include "../../bpf/modes.h"

#define MAX_TUNNELS 16384
#define DONT_FRAGMENT 0x4000
#define OUTER_TTL 64
#define FIRST_SOURCE_PORT 0xc000
#define PORT_SHIFT 18

struct gre_header {
	__be16 flags;
	__be16 protocol;
};

struct gre_outer {
	struct iphdr ip;
	struct gre_header gre;
};

struct gre6_outer {
	struct ipv6hdr ip;
	struct gre_header gre;
};

struct gue_outer {
	struct iphdr ip;
	struct udphdr udp;
};

/* Addresses of IPv4 stand in the first word, hardware addresses in the first octets. */
struct ends {
	__u32 mode;        /* enum forwarding */
	__be32 source[4];
	__be32 backend[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_TUNNELS);
	__type(key, __u32);   /* mark */
	__type(value, struct ends);
} tunnels SEC(".maps");

/* Put an outer header of `size` octets before the packet; return 0, or an error. */
static __always_inline int put(struct __sk_buff *skb, const void *outer, __u32 size,
			       __be16 protocol, __u64 how)
{
	if (bpf_skb_adjust_room(skb, size, BPF_ADJ_ROOM_MAC, how))
		return -1;
	if (bpf_skb_store_bytes(skb, ETH_HLEN, outer, size, 0))
		return -1;
	return bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_proto), &protocol,
				   sizeof(protocol), 0);
}

static __always_inline struct iphdr ipv4_around(const struct __sk_buff *skb,
						const struct ends *ends, __u8 protocol,
						__u32 size)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tot_len = bpf_htons(skb->len - ETH_HLEN + size),
		.frag_off = bpf_htons(DONT_FRAGMENT),
		.ttl = OUTER_TTL,
		.protocol = protocol,
		.saddr = ends->source[0],
		.daddr = ends->backend[0],
	};

	ip.check = fold(sum_words(&ip, sizeof(ip)));
	return ip;
}

static __always_inline int put_gre(struct __sk_buff *skb, const struct ends *ends)
{
	struct gre_outer outer = {
		.ip = ipv4_around(skb, ends, IPPROTO_GRE, sizeof(outer)),
		.gre.protocol = skb->protocol,
	};

	return put(skb, &outer, sizeof(outer), bpf_htons(ETH_P_IP),
		   BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L4_GRE);
}

static __always_inline int put_gre6(struct __sk_buff *skb, const struct ends *ends)
{
	struct gre6_outer outer = {
		.ip.version = 6,
		.ip.payload_len = bpf_htons(skb->len - ETH_HLEN + sizeof(outer.gre)),
		.ip.nexthdr = IPPROTO_GRE,
		.ip.hop_limit = OUTER_TTL,
		.gre.protocol = skb->protocol,
	};

	__builtin_memcpy(&outer.ip.saddr, ends->source, sizeof(outer.ip.saddr));
	__builtin_memcpy(&outer.ip.daddr, ends->backend, sizeof(outer.ip.daddr));
	return put(skb, &outer, sizeof(outer), bpf_htons(ETH_P_IPV6),
		   BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 | BPF_F_ADJ_ROOM_ENCAP_L4_GRE);
}

static __always_inline int put_ipip(struct __sk_buff *skb, const struct ends *ends)
{
	bool is_ipv4 = skb->protocol == bpf_htons(ETH_P_IP);
	__u8 protocol = is_ipv4 ? IPPROTO_IPIP : IPPROTO_IPV6;
	struct iphdr outer = ipv4_around(skb, ends, protocol, sizeof(outer));

	return put(skb, &outer, sizeof(outer), bpf_htons(ETH_P_IP),
		   BPF_F_ADJ_ROOM_ENCAP_L3_IPV4);
}

static __always_inline int put_gue(struct __sk_buff *skb, const struct ends *ends)
{
	__u32 port = FIRST_SOURCE_PORT | bpf_get_hash_recalc(skb) >> PORT_SHIFT;
	struct gue_outer outer = {
		.ip = ipv4_around(skb, ends, IPPROTO_UDP, sizeof(outer)),
		.udp.source = bpf_htons(port),
		.udp.dest = bpf_htons(GUE_PORT),
		.udp.len = bpf_htons(skb->len - ETH_HLEN + sizeof(outer.udp)),
	};

	return put(skb, &outer, sizeof(outer), bpf_htons(ETH_P_IP),
		   BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L4_UDP);
}

static __always_inline int encapsulate(struct __sk_buff *skb, const struct ends *ends)
{
	switch (ends->mode) {
	case GRE:
		return put_gre(skb, ends);
	case GRE6:
		return put_gre6(skb, ends);
	case IPIP:
		return put_ipip(skb, ends);
	case GUE:
		return put_gue(skb, ends);
	case L2:
		return bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_dest),
					   ends->backend, ETH_ALEN, 0);
	default:
		return -1;
	}
}

SEC("tc") int tunnel(struct __sk_buff *skb)
{
	__u32 mark = skb->mark;
	struct ends *ends = bpf_map_lookup_elem(&tunnels, &mark);

	if (!ends)
		return TC_ACT_OK;
	if (skb->protocol != bpf_htons(ETH_P_IP) && skb->protocol != bpf_htons(ETH_P_IPV6))
		return TC_ACT_OK;
	return encapsulate(skb, ends) ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "Dual MIT/GPL";

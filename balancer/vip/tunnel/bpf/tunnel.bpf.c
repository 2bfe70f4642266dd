/* Puts marked packets that leave by an interface into GRE, to the backend of the mark.
 *
 * The balancer's own connections to a VIP, whose mark says which backend is meant. The
 * answer comes straight back, as a client's does, and the kernel's TCP takes it.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_TUNNELS 4096
#define DONT_FRAGMENT 0x4000
#define OUTER_TTL 64

struct outer {
	struct iphdr ip;
	__be16 flags;
	__be16 protocol;
};

struct ends {
	__be32 source;
	__be32 backend;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_TUNNELS);
	__type(key, __u32);   /* mark */
	__type(value, struct ends);
} tunnels SEC(".maps");

static __always_inline void set_checksum(struct iphdr *ip)
{
	const __u16 *half = (const __u16 *)ip;
	__u32 sum = 0;

#pragma unroll
	for (int i = 0; i < (int)(sizeof(*ip) / 2); i++)
		sum += half[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = ~sum;
}

static __always_inline int encapsulate(struct __sk_buff *skb, const struct ends *ends)
{
	__u64 how = BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L4_GRE;
	__be16 outer_protocol = bpf_htons(ETH_P_IP);
	struct outer outer = {
		.ip = {
			.version = 4,
			.ihl = sizeof(struct iphdr) / 4,
			.tot_len = bpf_htons(skb->len - ETH_HLEN + sizeof(outer)),
			.frag_off = bpf_htons(DONT_FRAGMENT),
			.ttl = OUTER_TTL,
			.protocol = IPPROTO_GRE,
			.saddr = ends->source,
			.daddr = ends->backend,
		},
		.protocol = skb->protocol,
	};

	set_checksum(&outer.ip);
	if (bpf_skb_adjust_room(skb, sizeof(outer), BPF_ADJ_ROOM_MAC, how))
		return -1;
	if (bpf_skb_store_bytes(skb, ETH_HLEN, &outer, sizeof(outer), 0))
		return -1;
	return bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_proto), &outer_protocol,
				   sizeof(outer_protocol), 0);
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

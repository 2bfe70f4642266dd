/* The backend's side: takes GRE off what a balancer sent, and leaves the rest alone. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "ecn.h"
#include "reasons.h"

#define FRAGMENT_MASK 0x3fff
#define MAX_ADDRESSES 512

/* What is fixed before load; `OPTIONS` in decap.py has the same layout. */
struct options {
	__u16 mac[3];
};

const volatile struct options options = {};

struct vip_key {
	__u32 address[4];  /* network order; IPv4 in the first word */
	__u32 version;
};

struct gre_header {
	__be16 flags;
	__be16 protocol;
};

struct outer {
	struct iphdr ip;
	struct gre_header gre;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ADDRESSES);
	__type(key, __be32);
	__type(value, __u32);
} balancers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ADDRESSES);
	__type(key, struct vip_key);
	__type(value, __u32);
} vips SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REASONS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/* Return `verdict`, with `reason` counted. */
static __always_inline int count(int verdict, __u32 reason)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &reason);

	if (counter)
		*counter += 1;
	return verdict;
}

static __always_inline int is_ours(const struct ethhdr *ethernet)
{
	const __u16 *destination = (const __u16 *)ethernet->h_dest;

	return destination[0] == options.mac[0] && destination[1] == options.mac[1] &&
	       destination[2] == options.mac[2];
}

/* Whether it is a whole packet of GRE; what does not parse is the stack's to refuse. */
static __always_inline int is_gre(const struct iphdr *ip, void *end)
{
	__u32 length, header_length;

	if ((void *)(ip + 1) > end || ip->version != 4 || ip->protocol != IPPROTO_GRE)
		return 0;
	length = bpf_ntohs(ip->tot_len);
	header_length = ip->ihl * 4;
	return header_length >= sizeof(*ip) && length >= header_length &&
	       length <= end - (void *)ip;
}

/* Whether the inner packet at `inner` is sent to a VIP of this backend. */
static __always_inline int is_for_vip(void *inner, void *end, __be16 protocol)
{
	struct iphdr *ip = inner;
	struct ipv6hdr *ip6 = inner;
	struct vip_key key = {};

	if (protocol == bpf_htons(ETH_P_IP)) {
		if ((void *)(ip + 1) > end)
			return 0;
		key.version = 4;
		key.address[0] = ip->daddr;
	} else {
		if ((void *)(ip6 + 1) > end)
			return 0;
		key.version = 6;
		__builtin_memcpy(key.address, &ip6->daddr, sizeof(key.address));
	}
	return !!bpf_map_lookup_elem(&vips, &key);
}

static __always_inline int strip(struct xdp_md *ctx, struct ethhdr ethernet)
{
	void *data, *end;

	if (bpf_xdp_adjust_head(ctx, sizeof(struct outer)))
		return count(XDP_DROP, MALFORMED);
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + sizeof(ethernet) > end)
		return count(XDP_DROP, MALFORMED);
	__builtin_memcpy(data, &ethernet, sizeof(ethernet));
	return count(XDP_PASS, DECAPSULATED);
}

SEC("xdp") int decap(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data, inner_ethernet;
	struct outer *outer = data + sizeof(*ethernet);
	__be32 source;

	if ((void *)(ethernet + 1) > end || !is_ours(ethernet))
		return count(XDP_PASS, NOT_FOR_US);
	if (ethernet->h_proto != bpf_htons(ETH_P_IP) || !is_gre(&outer->ip, end))
		return count(XDP_PASS, NOT_GRE);
	if (outer->ip.ihl != 5 || outer->ip.frag_off & bpf_htons(FRAGMENT_MASK) ||
	    bpf_ntohs(outer->ip.tot_len) < sizeof(*outer) || (void *)(outer + 1) > end)
		return count(XDP_DROP, MALFORMED);
	source = outer->ip.saddr;
	if (!bpf_map_lookup_elem(&balancers, &source))
		return count(XDP_DROP, STRANGER);
	if (outer->gre.flags)
		return count(XDP_DROP, GRE_OPTIONS);
	if (outer->gre.protocol != bpf_htons(ETH_P_IP) &&
	    outer->gre.protocol != bpf_htons(ETH_P_IPV6))
		return count(XDP_DROP, OTHER_PAYLOAD);
	if (!is_for_vip(outer + 1, end, outer->gre.protocol))
		return count(XDP_DROP, NOT_A_VIP);
	if (tell_ecn(outer + 1, end, outer->gre.protocol, outer->ip.tos & ECN_MASK))
		return count(XDP_DROP, CE_DROPPED);
	inner_ethernet = *ethernet;
	inner_ethernet.h_proto = outer->gre.protocol;
	return strip(ctx, inner_ethernet);
}

char _license[] SEC("license") = "Dual MIT/GPL";

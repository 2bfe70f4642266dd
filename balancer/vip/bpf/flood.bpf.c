/* Load for the balancer, without sockets: `flood` makes TCP segments of many flows that
 * leave by the interface it is run for (BPF_F_TEST_XDP_LIVE_FRAMES), `sink` counts and
 * drops what arrives.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "checksum.h"

#define PORTS 32768     /* a power of two; further flows are of further addresses */

struct segment {
	struct ethhdr ethernet;
	__u8 before[10];        /* of the IPv4 header */
	__sum16 check;
	__be16 network, host;   /* of the source */
	__be32 destination;
	struct tcphdr tcp;
} __attribute__((packed, aligned(2)));

/* Who gets a frame writes into it, and its memory comes again: so each is written whole.
 * The checksums are right.
 */
struct load {
	__u32 flows;    /* a power of two */
	struct segment first;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct load);
} load SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} made SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} sunk SEC(".maps");

static __always_inline __u64 count(void *map)
{
	__u32 first = 0;
	__u64 *counter = bpf_map_lookup_elem(map, &first);

	return counter ? (*counter)++ : 0;
}

/* Make it another flow's; the address varies in its last two octets. */
static __always_inline void vary(struct segment *segment, __u32 flow)
{
	__u16 old_host = segment->host, old_port = segment->tcp.source;

	segment->host = bpf_htons(bpf_ntohs(old_host) + flow / PORTS);
	segment->tcp.source = bpf_htons(bpf_ntohs(old_port) + flow % PORTS);
	segment->check = replace_word(segment->check, old_host, segment->host);
	segment->tcp.check = replace_word(segment->tcp.check, old_host, segment->host);
	segment->tcp.check =
		replace_word(segment->tcp.check, old_port, segment->tcp.source);
}

SEC("xdp") int flood(struct xdp_md *ctx)
{
	struct segment *segment = (void *)(long)ctx->data;
	__u32 first = 0;
	struct load *wanted = bpf_map_lookup_elem(&load, &first);

	if (!wanted || (void *)(segment + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*segment = wanted->first;
	vary(segment, count(&made) & (wanted->flows - 1));
	return XDP_TX;
}

SEC("xdp") int sink(struct xdp_md *ctx)
{
	(void)ctx;
	count(&sunk);
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual MIT/GPL";

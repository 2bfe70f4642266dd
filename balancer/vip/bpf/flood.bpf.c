/* Load for the balancer, without sockets: `flood` makes segments of many flows that
 * leave by the interface it is run for (BPF_F_TEST_XDP_LIVE_FRAMES), `sink` counts and
 * drops what arrives.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define FLOWS 4096      /* a power of two */
#define FIRST_PORT 1024

/* As the frame has it that the test run is given; a balancer writes over both. */
struct options {
	__u16 destination[3];
	__u16 source[3];
};

const volatile struct options options = {};

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

SEC("xdp") int flood(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;
	struct tcphdr *tcp = data + sizeof(*ethernet) + sizeof(struct iphdr);
	__u16 *destination = (__u16 *)ethernet->h_dest;
	__u16 *source = (__u16 *)ethernet->h_source;

	if ((void *)(tcp + 1) > end)
		return XDP_ABORTED;
	for (int i = 0; i < 3; i++) {
		destination[i] = options.destination[i];
		source[i] = options.source[i];
	}
	ethernet->h_proto = bpf_htons(ETH_P_IP);
	tcp->source = bpf_htons(FIRST_PORT + count(&made) % FLOWS);
	return XDP_TX;
}

SEC("xdp") int sink(struct xdp_md *ctx)
{
	(void)ctx;
	count(&sunk);
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual MIT/GPL";

/* Load for the nameserver, without sockets: `flood` makes queries that leave by the
 * interface it is run for (BPF_F_TEST_XDP_LIVE_FRAMES), `sink` takes the replies.
 */
#include "parse.h"

#define MAX_FRAME 192
#define MAX_DIGITS 3

/* A query whose parts at these offsets are made anew for each frame; 0: they are not. */
struct load {
	__u32 length;
	__u32 port;    /* of the sender */
	__u32 digits;  /* in the name */
	__u32 subnet;  /* its last two octets */
	__u8 frame[MAX_FRAME];
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
} replies SEC(".maps");

static __always_inline void vary(struct xdp_md *ctx, const struct load *load)
{
	__u32 random = bpf_get_prandom_u32();
	__u16 port = random | bpf_htons(1024), subnet = random >> 16;
	__u8 digits[MAX_DIGITS] = {
		'0' + random % 10, '0' + random / 10 % 10, '0' + random / 100 % 10,
	};

	if (load->port)
		bpf_xdp_store_bytes(ctx, load->port, &port, sizeof(port));
	if (load->digits)
		bpf_xdp_store_bytes(ctx, load->digits, digits, sizeof(digits));
	if (load->subnet)
		bpf_xdp_store_bytes(ctx, load->subnet, &subnet, sizeof(subnet));
}

SEC("xdp") int flood(struct xdp_md *ctx)
{
	__u32 zero = 0, length;
	struct load *wanted = bpf_map_lookup_elem(&load, &zero);

	if (!wanted)
		return XDP_ABORTED;
	length = wanted->length;
	/* A frame that is used again is as whoever had it last has left it. */
	if (length < 1 || length > MAX_FRAME ||
	    bpf_xdp_store_bytes(ctx, 0, wanted->frame, length))
		return XDP_ABORTED;
	vary(ctx, wanted);
	return XDP_TX;
}

static __always_inline bool is_reply(const struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);
	struct query query = {};
	struct header *header;
	int room;

	if (!ethernet || ethernet->h_proto != bpf_htons(ETH_P_IP))
		return false;
	room = parse_ipv4(&cursor, &query);
	if (!parse_udp(&cursor, &query, room))
		return false;
	header = cursor.at;
	return (void *)(header + 1) <= cursor.end && header->flags[0] & 0x80 &&
	       !(header->flags[1] & 0x0f) && header->counts[0];
}

SEC("xdp") int sink(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&replies, &zero);

	if (!is_reply(ctx))
		return XDP_PASS;
	if (count)
		*count += 1;
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual MIT/GPL";

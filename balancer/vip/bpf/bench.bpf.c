/* The balancer with its work undone: for BPF_PROG_TEST_RUN, which hands the same frame
 * to every repetition. `floor` only grows the frame and shrinks it again.
 */
#include "balance.h"

static __always_inline int undo(struct xdp_md *ctx, __be16 protocol, int size)
{
	struct cursor cursor;
	struct ethhdr *ethernet;

	if (bpf_xdp_adjust_head(ctx, size))
		return XDP_ABORTED;
	cursor = cursor_of(ctx);
	ethernet = parse_ethernet(&cursor);
	if (!ethernet)
		return XDP_ABORTED;
	for (int i = 0; i < 3; i++)
		((__u16 *)ethernet->h_dest)[i] = options.mac[i];
	ethernet->h_proto = protocol;
	return XDP_REDIRECT;
}

static __always_inline long length_of(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	long length = cursor.end - cursor.at;

	/* Else the compiler adds up pointers, which the verifier forbids. */
	barrier_var(length);
	return length;
}

/* What translation changes of a segment in IPv4 without options: from the IP checksum to
 * TCP's. Not on the stack, of which there is not that much; tests run one at a time.
 */
struct headers {
	__u32 words[8];
};

static struct headers kept;

#define FIRST_CHANGED 8  /* octets before the first of them */

/* Read a frame's headers, or write them again: what translation changes. */
static __always_inline int
copy_headers(struct xdp_md *ctx, bool back)
{
	struct cursor cursor = cursor_of(ctx);
	struct headers *there = cursor.at + sizeof(struct ethhdr) + FIRST_CHANGED;

	if ((void *)(there + 1) > cursor.end)
		return -1;
#pragma unroll
	for (int i = 0; i < 8; i++) {
		if (back)
			there->words[i] = kept.words[i];
		else
			kept.words[i] = there->words[i];
	}
	return 0;
}

SEC("xdp") int bench(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);
	__be16 protocol = ethernet ? ethernet->h_proto : 0;
	long before = length_of(ctx);
	int verdict;

	if (is_used(NAT) && copy_headers(ctx, false))
		return XDP_ABORTED;
	verdict = balance(ctx);
	if (verdict != XDP_REDIRECT)
		return verdict;
	if (is_used(NAT) && copy_headers(ctx, true))
		return XDP_ABORTED;
	return undo(ctx, protocol, length_of(ctx) - before);
}

SEC("xdp") int bench_floor(struct xdp_md *ctx)
{
	const int size = sizeof(struct gre_outer);

	if (bpf_xdp_adjust_head(ctx, 0 - size))
		return XDP_ABORTED;
	return undo(ctx, bpf_htons(ETH_P_IP), size);
}

char _license[] SEC("license") = "Dual MIT/GPL";

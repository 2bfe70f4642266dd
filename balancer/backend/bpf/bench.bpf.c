/* The backend's work undone: for BPF_PROG_TEST_RUN, which hands the same frame to every
 * repetition. `floor` only shrinks the frame and grows it again.
 */
#include "take_off.h"

#define KEYED 28  /* octets of IPv4, GRE and its key */
#define WORDS ((sizeof(struct ethhdr) + KEYED) / 2)

struct start {
	__u16 words[WORDS];
};

static __always_inline struct start *start_of(struct xdp_md *ctx)
{
	struct start *start = (void *)(long)ctx->data;

	return (void *)(start + 1) > (void *)(long)ctx->data_end ? NULL : start;
}

static __always_inline long length_of(struct xdp_md *ctx)
{
	long length = (void *)(long)ctx->data_end - (void *)(long)ctx->data;

	/* Else the compiler adds up pointers, which the verifier forbids. */
	barrier_var(length);
	return length;
}

static __always_inline int put_back(struct xdp_md *ctx, const struct start *before)
{
	struct start *start = start_of(ctx);

	if (!start)
		return -1;
	*start = *before;
	return 0;
}

SEC("xdp") int bench(struct xdp_md *ctx)
{
	struct start *start = start_of(ctx), before;
	long length = length_of(ctx), taken;
	int verdict;

	if (!start)
		return XDP_ABORTED;
	before = *start;
	verdict = take_off(ctx);
	taken = length - length_of(ctx);
	if (taken && bpf_xdp_adjust_head(ctx, 0 - taken))
		return XDP_ABORTED;
	return put_back(ctx, &before) ? XDP_ABORTED : verdict;
}

SEC("xdp") int bench_floor(struct xdp_md *ctx)
{
	struct start *start = start_of(ctx), before;

	if (!start)
		return XDP_ABORTED;
	before = *start;
	if (bpf_xdp_adjust_head(ctx, KEYED) || bpf_xdp_adjust_head(ctx, 0 - KEYED))
		return XDP_ABORTED;
	return put_back(ctx, &before) ? XDP_ABORTED : XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";

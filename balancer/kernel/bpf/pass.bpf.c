/* Passes everything: for the far end of a balancer's veth, which takes redirected
 * frames only while an XDP program (or GRO, which a userspace switch cannot bear) is on.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";

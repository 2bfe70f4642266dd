/* Sums of parts of a datagram, of which its checksum is made (RFC 1071). */
#pragma once

#include "../../vip/bpf/checksum.h"

static __always_inline __u16 folded(__u64 sum)
{
	return ~fold(sum);
}

/* The sum of a part, when it starts at `offset`: behind an odd one, octets swap. */
static __always_inline __u16 sum_at(__u32 offset, __u16 sum)
{
	return offset & 1 ? sum << 8 | sum >> 8 : sum;
}

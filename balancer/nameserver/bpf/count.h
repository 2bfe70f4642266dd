/* Counting: every frame once by what became of it, every answer also by who asked. */
#pragma once

#include "maps.h"

/* Return `verdict`, with `reason` counted. */
static __always_inline int count(int verdict, __u32 reason)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &reason);

	if (counter)
		*counter += 1;
	return verdict;
}

static __always_inline void count_source(const struct host *source)
{
	__u64 *counter = bpf_map_lookup_elem(&sources, source), one = 1;

	if (counter)
		__sync_fetch_and_add(counter, 1);
	else
		bpf_map_update_elem(&sources, source, &one, BPF_NOEXIST);
}

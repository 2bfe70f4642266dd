/* Counting: every frame once by what became of it, answers also by who asked for what. */
#pragma once

#include "message.h"

/* Return `verdict`, with `reason` counted. */
static __always_inline int count(int verdict, __u32 reason)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &reason);

	if (counter)
		*counter += 1;
	return verdict;
}

static __always_inline void count_in(void *map, const void *key)
{
	__u64 *counter = bpf_map_lookup_elem(map, key), one = 1;

	if (counter)
		__sync_fetch_and_add(counter, 1);
	else
		bpf_map_update_elem(map, key, &one, BPF_NOEXIST);
}

static __always_inline void
count_answer(const struct query *query, const struct answer *answer)
{
	struct tally_key key = { answer->about, NO_SCOPE };

	if (query->option_length)
		key.scope = bpf_ntohs(query->subnet.family) << 8 | query->subnet.scope;
	count_in(&sources, &query->source);
	count_in(&tallies, &key);
}

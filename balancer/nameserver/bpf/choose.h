/* Which answer: by the question, then by the network of who asks. */
#pragma once

#include "parse.h"

static __always_inline struct question *find_question(struct query *query)
{
	__u32 zero = 0;
	struct state *now = bpf_map_lookup_elem(&state, &zero);

	if (!now)
		return NULL;
	query->question.generation = now->generation;
	return bpf_map_lookup_elem(&questions, &query->question);
}

static __always_inline struct region *
find_region(__u32 policy, __u32 version, const __u32 *address)
{
	if (version == 4) {
		struct region4_key key = { 64, policy, address[0] };

		return bpf_map_lookup_elem(&regions4, &key);
	}
	struct region6_key key = {
		160, policy, { address[0], address[1], address[2], address[3] }
	};

	return bpf_map_lookup_elem(&regions6, &key);
}

/* Return the region of the client's subnet, or of the resolver where there is none. */
static __always_inline struct region *
region_of(const struct query *query, __u32 policy, bool by_subnet)
{
	if (!by_subnet)
		return find_region(policy, query->source.version, query->source.address);
	if (query->subnet.family == bpf_htons(FAMILY_IPV4))
		return find_region(policy, 4, query->subnet.address);
	return find_region(policy, 6, query->subnet.address);
}

/* Return the answer, and set the scope for a client subnet; NULL: there is none. */
static __always_inline struct answer *
choose(struct query *query, const struct question *question)
{
	bool by_subnet = query->option_length && !question->by_resolver;
	__u32 number = question->first;
	struct region *region;

	if (question->policy) {
		region = region_of(query, question->policy, by_subnet);
		if (!region)
			return NULL;
		number += region->answer;
		if (by_subnet)
			query->subnet.scope = region->scope;
	}
	return bpf_map_lookup_elem(&answers, &number);
}

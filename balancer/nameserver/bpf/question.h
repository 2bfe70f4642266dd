/* The question: its name in lower case, as a key, and its sum for the checksum. */
#pragma once

#include "parse.h"

/* Return 0, or -1 for other than a query with one question and at most an OPT record. */
static __always_inline int parse_header(struct cursor *cursor, struct query *query)
{
	struct header *header = cursor->at;

	if ((void *)(header + 1) > cursor->end || query->length < sizeof(*header))
		return -1;
	if (header->flags[0] & NOT_IN_A_PLAIN_QUERY || header->questions != bpf_htons(1) ||
	    header->counts[0] || header->counts[1] || header->counts[2] & bpf_htons(~1))
		return -1;
	query->edns = header->counts[2];
	return 0;
}

static __always_inline __u8 lower(__u8 octet)
{
	return octet - 'A' < 26u ? octet | 0x20 : octet;
}

/* What is where a name is, and perhaps behind it. */
struct octets {
	__u8 at[MAX_NAME_OCTETS];
};

/* Take the name up to its first zero octet; return its length, or -1: too long.
 *
 * Labels are not told apart: a name is a key only if it is well-formed, and a length
 * octet is below the letters. A function of its own: the verifier follows each length
 * through this loop alone, not through all that comes after it. It is not given the
 * frame, which kernels without BTF take for any memory there.
 */
__attribute__((noinline)) int
take_name(const struct octets *octets, struct query *query)
{
	__u32 sum = 0;
	__u8 octet;

	if (!octets || !query)
		return -1;
	for (int i = 0; i < MAX_NAME_OCTETS; i++) {
		octet = octets->at[i];
		sum += i & 1 ? octet : octet << 8;
		query->question.name[i] = lower(octet);
		if (!octet) {
			query->question_sum = bpf_htons(folded(sum));
			return i + 1;
		}
	}
	return -1;
}

/* Read the name at `offset`; return its length, or -1. One that is cut short ends in
 * a zero behind the message, where its type cannot be.
 */
static __always_inline int
read_name(struct xdp_md *ctx, __u32 offset, struct query *query)
{
	__u32 length = query->length - sizeof(struct header);
	struct octets octets = {};

	if (length > sizeof(octets))
		length = sizeof(octets);
	if (length < 1 ||
	    bpf_xdp_load_bytes(ctx, offset, &octets, bounded(length, sizeof(octets))))
		return -1;
	return take_name(&octets, query);
}

/* Return 0, or -1 when there is no question that the table could have. */
static __always_inline int read_question(struct xdp_md *ctx, struct query *query)
{
	__u32 offset = query->message + sizeof(struct header);
	int length = read_name(ctx, offset, query);
	struct question_tail tail;

	if (length < 1 || length > MAX_NAME_OCTETS ||
	    bpf_xdp_load_bytes(ctx, offset + length, &tail, sizeof(tail)))
		return -1;
	query->question_end = sizeof(struct header) + length + sizeof(tail);
	if (tail.class != bpf_htons(CLASS_IN) || query->question_end > query->length)
		return -1;
	query->question.type = tail.type;
	query->question_sum += sum_at(length, folded(sum_words(&tail, sizeof(tail))));
	return 0;
}

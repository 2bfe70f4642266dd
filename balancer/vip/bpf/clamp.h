/* Bounding the segment size that a SYN offers; clamp.py does the same. */
#pragma once

#include "checksum.h"
#include "parse.h"

#define MAX_TCP_OPTIONS 12  /* looked at */

enum tcp_option_kind {
	OPTION_END,
	OPTION_NOTHING,
	OPTION_MSS,
};

struct tcp_option {
	__u8 kind;
	__u8 length;
	__be16 value;
};

/* Octets to the next option, or 0 when there is none. */
static __always_inline __u32 option_step(const struct tcp_option *option)
{
	switch (option->kind) {
	case OPTION_END:
		return 0;
	case OPTION_NOTHING:
		return 1;
	default:
		return option->length < 2 ? 0 : option->length;
	}
}

/* At an odd place each octet of the value is in the other half of its word. */
static __always_inline void
set_mss(struct tcphdr *tcp, struct tcp_option *option, __be16 value, bool odd)
{
	__u16 old = option->value;

	option->value = value;
	if (odd)
		tcp->check = replace_word(tcp->check, __builtin_bswap16(old),
					  __builtin_bswap16(value));
	else
		tcp->check = replace_word(tcp->check, old, value);
}

/* Make what the SYN at the cursor offers `mss` at most. One without the option, or with
 * options that do not hold together, stays as it is.
 */
static __always_inline void
clamp_mss(const struct cursor *cursor, const struct packet *packet, __u32 mss)
{
	struct tcphdr *tcp = cursor->at;
	void *at = tcp + 1;
	__u32 left, step;

	if (at > cursor->end || tcp->doff * 4 < sizeof(*tcp) ||
	    tcp->doff * 4 > packet->l4_length)
		return;
	left = tcp->doff * 4 - sizeof(*tcp);
	for (int i = 0; i < MAX_TCP_OPTIONS; i++) {
		struct tcp_option *option = at;

		if (left < sizeof(*option) || (void *)(option + 1) > cursor->end)
			return;
		if (option->kind == OPTION_MSS && option->length == sizeof(*option)) {
			if (bpf_ntohs(option->value) > mss)
				set_mss(tcp, option, bpf_htons(mss), left & 1);
			return;
		}
		step = option_step(option);
		if (!step || step > left)
			return;
		left -= step;
		at += step;
	}
}

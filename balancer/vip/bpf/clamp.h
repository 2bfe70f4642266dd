/* Bounding the segment size that a SYN offers; clamp.py does the same. */
#pragma once

#include "checksum.h"
#include "parse.h"

#define MAX_TCP_OPTIONS 12  /* looked at */
#define OPTIONS_MASK 0x3f   /* there are 40 octets of them */

enum tcp_option_kind {
	OPTION_END,
	OPTION_NOTHING,
	OPTION_MSS,
};

/* Octets alone: it may stand at an odd place, where not every machine reads a word. */
struct tcp_option {
	__u8 kind;
	__u8 length;
	__u8 high;
	__u8 low;
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
set_mss(struct tcphdr *tcp, struct tcp_option *option, __u16 mss, bool odd)
{
	__u16 old = option->high << 8 | option->low;

	if (old <= mss)
		return;
	option->high = mss >> 8;
	option->low = mss & 0xff;
	if (odd)
		tcp->check = replace_word(tcp->check, __builtin_bswap16(bpf_htons(old)),
					  __builtin_bswap16(bpf_htons(mss)));
	else
		tcp->check = replace_word(tcp->check, bpf_htons(old), bpf_htons(mss));
}

/* Make what the SYN at the cursor offers `mss` at most. One without the option, or with
 * options that do not hold together, stays as it is. The place of an option is masked,
 * so that all turns are alike to the verifier.
 */
static __always_inline void
clamp_mss(const struct cursor *cursor, const struct packet *packet, __u16 mss)
{
	struct tcphdr *tcp = cursor->at;
	__u32 size, step, place = 0;

	if ((void *)(tcp + 1) > cursor->end || tcp->doff * 4 < sizeof(*tcp) ||
	    tcp->doff * 4 > packet->l4_length)
		return;
	size = tcp->doff * 4 - sizeof(*tcp);
	for (int i = 0; i < MAX_TCP_OPTIONS; i++) {
		struct tcp_option *option = (void *)(tcp + 1) + (place & OPTIONS_MASK);

		if (place + sizeof(*option) > size || (void *)(option + 1) > cursor->end)
			return;
		if (option->kind == OPTION_MSS && option->length == sizeof(*option)) {
			set_mss(tcp, option, mss, place & 1);
			return;
		}
		step = option_step(option);
		if (!step)
			return;
		place += step;
	}
}

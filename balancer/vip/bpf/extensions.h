/* IPv6 extension headers (RFC 8200 section 4); wire/extensions.py walks the same. */
#pragma once

#include "parse.h"

#define MAX_EXTENSIONS 6
#define OFFSET_MASK 0x3ffc  /* beyond any frame; headers are multiples of four octets */

struct extension {
	__u8 next;
	__u8 length;
	__be16 field;  /* a fragment's offset; of a route, its kind and how far it is */
	__u32 rest;
};

static __always_inline bool is_extension(__u8 kind)
{
	return kind == IPPROTO_HOPOPTS || kind == IPPROTO_ROUTING ||
	       kind == IPPROTO_FRAGMENT || kind == IPPROTO_AH || kind == IPPROTO_DSTOPTS;
}

static __always_inline __u32 extension_length(const struct extension *header, __u8 kind)
{
	switch (kind) {
	case IPPROTO_FRAGMENT:
		return sizeof(*header);
	case IPPROTO_AH:
		return (header->length + 2) * 4;
	default:
		return (header->length + 1) * 8;
	}
}

/* Step over one; return its octets, or 0 when it is cut short or a route not at its end. */
static __always_inline __u32 skip_extension(const struct cursor *cursor, struct packet *packet)
{
	struct extension *header = cursor->at;
	__u8 kind = packet->flow.protocol;
	__u32 length;

	if ((void *)(header + 1) > cursor->end)
		return 0;
	length = extension_length(header, kind);
	if (length > packet->l4_length)
		return 0;
	if (kind == IPPROTO_ROUTING && header->field & bpf_htons(0x00ff))
		return 0;
	if (kind == IPPROTO_FRAGMENT) {
		__u16 field = bpf_ntohs(header->field);

		packet->fragment = (field & 1 ? MORE_FRAGMENTS : 0) | field >> 3;
	}
	packet->flow.protocol = header->next;
	packet->l4_length -= length;
	packet->options = true;
	return length;
}

/* Step over all of them, up to a fragment's; return 0, or -1 as above or for too many.
 *
 * The place is an offset that is masked anew each time: to the verifier all turns are
 * then alike, where a pointer would be another one after each.
 */
static __always_inline int
skip_extensions(struct xdp_md *ctx, struct cursor *cursor, struct packet *packet)
{
	void *start = (void *)(long)ctx->data + sizeof(struct ethhdr);
	__u32 offset = cursor->at - start, length;

	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		if (!is_extension(packet->flow.protocol) || packet->fragment)
			break;
		cursor->at = start + (offset & OFFSET_MASK);
		length = skip_extension(cursor, packet);
		if (!length)
			return -1;
		offset += length;
	}
	cursor->at = start + (offset & OFFSET_MASK);
	return is_extension(packet->flow.protocol) && !packet->fragment ? -1 : 0;
}

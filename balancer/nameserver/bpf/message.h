/* DNS messages: what a query is read into, and the layouts on the wire. */
#pragma once

#include <stdbool.h>

#include "maps.h"

#define NOT_IN_A_PLAIN_QUERY 0xfe  /* QR, opcode, AA, TC */
#define RESPONSE 0x84              /* QR and AA */
#define RECURSION_DESIRED 0x01
#define CLASS_IN 1
#define TYPE_OPT 41
#define PAYLOAD_SIZE 1232          /* as EDNS_PAYLOAD_OCTETS of the server */
#define DNSSEC_OK 0x8000
#define OPTION_SUBNET 8
#define FAMILY_IPV4 1
#define FAMILY_IPV6 2

struct header {
	__be16 id;
	__u8 flags[2];
	__be16 questions;
	__be16 counts[3];          /* answers, authorities, additionals */
};

struct question_tail {
	__be16 type;
	__be16 class;
};

struct opt {
	__u8 root;
	__be16 type;
	__be16 size;
	__u8 rcode;
	__u8 version;
	__be16 flags;
	__be16 length;
} __attribute__((packed));

/* A client subnet option; the address has as many octets as the source needs. */
struct subnet {
	__be16 code;
	__be16 length;
	__be16 family;
	__u8 source;               /* prefix lengths */
	__u8 scope;
	__u32 address[4];
} __attribute__((packed));

#define SUBNET_HEAD __builtin_offsetof(struct subnet, address)
#define OPTION_HEAD __builtin_offsetof(struct subnet, family)

struct query {
	struct host source;
	struct host destination;
	__u32 message;             /* where it starts in the frame */
	__u32 length;              /* of the message */
	__u32 question_end;        /* in the message */
	__u32 question_sum;        /* of the question's 16-bit words */
	struct question_key question;
	__u32 edns;                /* not 0: there is an OPT record */
	__u32 dnssec_ok;
	__u32 option_length;       /* of the client subnet option; 0: there is none */
	struct subnet subnet;
};

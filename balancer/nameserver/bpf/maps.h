/* The tables that Python writes and the program reads; xdp/layouts.py has the same layouts. */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "reasons.h"

#define MAX_NAME_OCTETS 64
#define MAX_RECORDS_OCTETS 256
#define MAX_HEAD 256  /* up to a question's end is less: a power of two to mask with */
#define MAX_LISTENERS 64
#define MAX_SOURCES 4096
#define MAX_TALLIES 4096
#define NO_SCOPE 0xffff

struct host {
	__u32 address[4];  /* network order; IPv4 in the first word */
	__u32 version;     /* 4 or 6 */
};

/* All that is looked up first is of one generation. Python writes the next one beside
 * it and then sets this: no query sees a half-written table.
 */
struct state {
	__u32 generation;
};

struct question_key {
	__u8 name[MAX_NAME_OCTETS];  /* in wire format and lower case, then zeros */
	__be16 type;
	__u16 generation;
};

struct question {
	__u32 first;        /* its answer number 0 */
	__u32 policy;       /* its regions; 0: answer 0 is everybody's */
	__u8 by_resolver;   /* client subnets do not matter */
	__u8 is_signed;     /* who sets DO gets signatures, which are not here */
	__u8 zero[2];
};

struct region4_key {
	__u32 prefix_length;  /* 32 more than the address's */
	__u32 policy;
	__be32 address;
};

struct region6_key {
	__u32 prefix_length;
	__u32 policy;
	__be32 address[4];
};

struct region {
	__u32 answer;       /* from the question's first on */
	__u32 scope;        /* prefix length */
};

/* The records of a response, and the counts of its header without an OPT record. */
struct answer {
	__be16 counts[3];   /* answers, authorities, additionals */
	__be16 sum;         /* of the records, as 16-bit words, folded */
	__u16 length;
	__u16 about;        /* what it is counted as, beside the scope that is told */
	__u8 records[MAX_RECORDS_OCTETS];
};

struct tally_key {
	__u16 about;
	__u16 scope;        /* family and prefix length, or NO_SCOPE */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_LISTENERS);
	__type(key, struct host);
	__type(value, __u32);
} listeners SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct state);
} state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 18);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct question_key);
	__type(value, struct question);
} questions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1 << 22);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct region4_key);
	__type(value, struct region);
} regions4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1 << 22);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct region6_key);
	__type(value, struct region);
} regions6 SEC(".maps");

/* Sized before load. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct answer);
} answers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REASONS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/* A frame up to the end of its question, while it is moved. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[MAX_HEAD]);
} scratch SEC(".maps");

/* Answered queries by who sent them; those of further sources are not told apart. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_SOURCES);
	__type(key, struct host);
	__type(value, __u64);
} sources SEC(".maps");

/* Answers by what they were about; where there is no room, they are not told apart. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_TALLIES);
	__type(key, struct tally_key);
	__type(value, __u64);
} tallies SEC(".maps");

/* Time and rates; clock.py counts in the same ticks and windows. */
#pragma once

#include "maps.h"
#include "options.h"

/* The count of ticks is read without a call; 32 bits of it wrap after weeks. */
static __always_inline __u32 now_ticks(void)
{
	return bpf_jiffies64();
}

/* Whether `tick` is at most `age` ago. One that Python wrote may seem to be to come. */
static __always_inline bool is_recent(__u32 tick, __u32 now, __u32 age)
{
	return (__s32)(now - tick) <= (__s32)age;
}

/* Return this CPU's rates, of the window that `now` is in. */
static __always_inline struct rates *rates_of(__u32 now)
{
	__u32 first = 0, window = now / options.window;
	struct rates *counted = bpf_map_lookup_elem(&rates, &first);

	if (counted && counted->window != window) {
		counted->window = window;
		counted->new_flows = 0;
		counted->answers = 0;
		counted->samples = 0;
	}
	return counted;
}

/* Whether one more flow may be remembered now; when so, it counts. */
static __always_inline bool admit_flow(__u32 now)
{
	struct rates *counted = rates_of(now);

	if (!counted || counted->new_flows >= options.new_flows)
		return false;
	counted->new_flows += 1;
	counted->created += 1;
	return true;
}

/* Whether one more ICMP packet may be sent now; when so, it counts. */
static __always_inline bool admit_answer(void)
{
	struct rates *counted = rates_of(now_ticks());

	if (!counted || counted->answers >= options.answers)
		return false;
	counted->answers += 1;
	return true;
}

/* Whether one more sample may be taken now; when so, it counts. */
static __always_inline bool admit_sample(void)
{
	struct rates *counted = rates_of(now_ticks());

	if (!counted || counted->samples >= options.samples)
		return false;
	counted->samples += 1;
	return true;
}

/* Samples of what is forwarded: who came newly, to whom, and why; never one a packet. */
#pragma once

#include "choose.h"

/* Tell of a packet that the flow table did not decide, as often as that is allowed. */
static __always_inline void
take_sample(const struct packet *packet, const struct choice *choice)
{
	struct sample *sample;

	if (!options.samples || choice->reason == TRACKED || packet->error)
		return;
	if (!admit_sample())
		return;
	sample = bpf_ringbuf_reserve(&samples, sizeof(*sample), 0);
	if (!sample)
		return;
	sample->flow = packet->flow;
	sample->backend = choice->number;
	sample->reason = choice->reason;
	sample->time_ns = bpf_ktime_get_ns();
	bpf_ringbuf_submit(sample, BPF_RB_NO_WAKEUP);
}

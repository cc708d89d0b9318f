/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/* What a record costs and where it goes. */
#ifndef WATERTIGHT_EMIT_H
#define WATERTIGHT_EMIT_H

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gaps);
} gaps SEC(".maps");

/* Takes a token out of the process's bucket; without one, the growth waits for the next event and is in that record. */
static __always_inline bool afford(struct state *state, __u64 now)
{
	if (!state->refilled_ns) {
		state->refilled_ns = now;
		state->tokens = config.burst;
	}
	__u64 earned = (now - state->refilled_ns) / config.refill_ns;
	if (earned) {
		__u64 tokens = state->tokens + earned;
		state->tokens = tokens > config.burst ? config.burst : tokens;
		state->refilled_ns = now;
	}
	if (!state->tokens) {
		state->refused++;
		return false;
	}
	state->tokens--;
	return true;
}

static __always_inline struct gaps *tally(void)
{
	__u32 zero = 0;
	return bpf_map_lookup_elem(&gaps, &zero);
}

/* A record with everything before the frames zeroed: the ring's memory still holds what was sent before. The frames are
 * cleared by the walk or cut off by their count, as the stack is. */
static __always_inline struct record *begin(void)
{
	struct record *record = bpf_ringbuf_reserve(&records, sizeof(struct record), 0);
	/* Asked once and for all: older verifiers forget the answer when it is asked again. */
	if (!record) {
		struct gaps *told = tally();
		if (told)
			__sync_fetch_and_add(&told->lost, 1);
		return 0;
	}
	__builtin_memset(record, 0, __builtin_offsetof(struct record, frame));
	return record;
}

/* Sends a record. */
static __always_inline void send(struct record *record)
{
	struct gaps *told = tally();
	if (told)
		__sync_fetch_and_add(&told->sent, 1);
	bpf_ringbuf_submit(record, 0);
}

static __always_inline void walk(void *ctx, struct record *record)
{
	long walked = bpf_get_stack(ctx, record->frame, sizeof(record->frame), BPF_F_USER_STACK);
	record->frames = walked > 0 ? (__u32)walked / sizeof(record->frame[0]) : 0;
}

#endif

/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/* What came while the handler was not attached: it belongs to no stack, least of all to that of the first event after. */
#ifndef WATERTIGHT_REST_H
#define WATERTIGHT_REST_H

/* How many times the handler was attached again; the program counts it up before it attaches. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} attachments SEC(".maps");

static __always_inline __u32 attachment(void)
{
	__u32 zero = 0;
	__u32 *number = bpf_map_lookup_elem(&attachments, &zero);
	return number ? *number : 0;
}

/* Begins with another memory, of which nothing is known yet. */
static __always_inline void anew(struct state *state, __u64 mm, __u64 held)
{
	state->mm = mm;
	state->peak_pages = held;
	state->high_pages = held;
	state->missed_pages = 0;
	state->turns[0] = state->turns[1] = attachment();
}

/* Takes what is held now, and says whether this is the first event of the process since the handler was attached again:
 * what it is above the last one before came within the rest. What was seen to grow before the rest stays seen. */
static __always_inline bool rested(struct state *state, __u64 held, int counter)
{
	__u32 now = attachment();
	bool first = state->turns[counter] != now;
	state->turns[counter] = now;
	if (held > state->high_pages) {
		if (first)
			state->missed_pages += held - state->high_pages;
		state->high_pages = held;
	}
	return first;
}

/* Whether there is a record to send: after a rest only of what came within it, and else of what was seen to grow. */
static __always_inline bool worth(struct state *state, __u64 held, bool first)
{
	if (first)
		return state->missed_pages >= config.step_pages && held == state->high_pages;
	return held >= state->peak_pages + state->missed_pages + config.step_pages;
}

/* Notes in the record what is new, and in the state that it was told. */
static __always_inline void settle(struct record *record, struct state *state, __u64 held, bool first)
{
	__u64 missed = state->missed_pages;
	__u64 grown = first ? missed : held > state->peak_pages ? held - state->peak_pages : 0;
	record->grown = grown * config.page_bytes;
	record->missed = (missed < grown ? missed : grown) * config.page_bytes;
	record->refused = state->refused;
	if (first) {
		state->peak_pages += missed;
	} else {
		state->peak_pages = held;
		state->high_pages = held;
	}
	state->missed_pages = 0;
	state->refused = 0;
}

#endif

/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/* Who is watched: shared by the probe and the counting of system calls. */
#ifndef WATERTIGHT_STATE_H
#define WATERTIGHT_STATE_H

/* Deeper nesting of pid namespaces than the kernel's containers use is not followed. */
#define LEVELS 8

const volatile struct config config = {};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct state);
} states SEC(".maps");

/* The id of a task's process as our side knows it, 0 if our pid namespace does not contain it. */
static __always_inline __u32 process_of(struct task_struct *task, bool typed)
{
	if (!config.namespace)
		return LOAD(typed, task, tgid);
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct pid *pid = BPF_CORE_READ(leader, thread_pid);
	unsigned int level = BPF_CORE_READ(pid, level);
	__u64 size = bpf_core_type_size(struct upid);
	const char *number = (const char *)pid + bpf_core_field_offset(struct pid, numbers);
	for (unsigned int at = 0; at < LEVELS && at <= level; at++, number += size) {
		struct upid *upid = (struct upid *)number;
		if (BPF_CORE_READ(upid, ns, ns.inum) == config.namespace)
			return BPF_CORE_READ(upid, nr);
	}
	return 0;
}

#endif

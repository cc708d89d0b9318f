/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */
/* What passes between the kernel side and the program. `src/runtime/probe/layout.rs` reads these structs field by
 * field, and a test compares both with the type information of the compiled object. */
#ifndef WATERTIGHT_RECORD_H
#define WATERTIGHT_RECORD_H

/* As many frames as the kernel walks by default (kernel.perf_event_max_stack). */
#define FRAMES 127
/* Bytes of user stack copied from the stack pointer upwards. */
#define STACK_BYTES 16384

/* How the handler runs; constant while a program is loaded, so the verifier drops what is switched off. */
struct config {
	/* Growth above the last record that is worth a new one, in pages. */
	__u64 step_pages;
	/* Nanoseconds until a process earns one more record. */
	__u64 refill_ns;
	/* Records a process may send at once. */
	__u32 burst;
	/* 0: only processes that are in `states`; 1: every process. */
	__u32 everyone;
	/* Inode of our pid namespace if it is not the first one, so that ids mean the same on both sides; else 0. */
	__u32 namespace;
	__u32 page_bytes;
};

/* What is known of a process. An entry with `mm` 0 is watched and has not grown yet. */
struct state {
	/* The memory the entry speaks of: another one means another program. */
	__u64 mm;
	/* Anonymous and shared pages at the last record, without what was grown since and is still to be told. */
	__u64 peak_pages;
	__u64 refilled_ns;
	/* Events above the step that the empty bucket refused since the last record. */
	__u64 refused;
	__u32 tokens;
	/* The attachment in which the process was seen last; the classic tracepoint has the second for shared pages. */
	__u32 turns[2];
	__u32 unused;
	/* The classic tracepoint tells one counter at a time: the last of each. */
	__u64 anon_pages;
	__u64 shmem_pages;
	/* The most that any event showed since the last record. */
	__u64 high_pages;
	/* Of what was grown since then, the part that came while the handler was not attached. */
	__u64 missed_pages;
};

/* What could not be told. */
struct gaps {
	/* Records for which the ring had no room. */
	__u64 lost;
	/* Records that were sent. */
	__u64 sent;
};

#define RECORD_EXTERNAL 1u /* another process or the kernel changed the memory: the stack is not the grower's */
#define RECORD_REGISTERS 2u
#define RECORD_COUNTERS 4u /* file, swap and virt are known */

struct record {
	/* CLOCK_MONOTONIC. */
	__u64 at_ns;
	__u32 pid;
	__u32 tid;
	/* Bytes, within the kernel's batching error. */
	__u64 anon;
	__u64 file;
	__u64 shmem;
	__u64 swap;
	__u64 virt;
	/* Bytes above the record before. */
	__u64 grown;
	/* Of these, the bytes that came while the handler was not attached: the stack is not theirs. */
	__u64 missed;
	__u64 refused;
	__u64 ip;
	__u64 sp;
	__u64 fp;
	__u64 lr;
	__u32 flags;
	__u32 frames;
	__u32 copied;
	__u32 unused;
	char comm[16];
	__u64 frame[FRAMES];
	__u8 stack[STACK_BYTES];
};

/* Calls of a process since it was watched. */
struct rates {
	__u64 mmap;
	__u64 munmap;
	__u64 brk;
	__u64 madvise;
	/* Futex waits that failed because the value had changed: threads that contend. */
	__u64 contended;
};

#endif
